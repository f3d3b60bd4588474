// SPDX-License-Identifier: Apache-2.0
// Calls between the program's own functions: static ones are walked into, global ones are verified on their own and trusted to
// their types.

import { canSleepHere, type Env, type Subprog, unsleepableRegion } from '../env.ts'
import { orElse, reject } from '../report.ts'
import { pointer, unknownScalar } from '../state/reg.ts'
import { Frame } from '../state/state.ts'
import { isExplained } from './explained.ts'
import { argTypes, requireGlobalArg, returnsVoid } from './global-args.ts'
import { invalidatePacketPointers, requireSectionsClosed } from './references.ts'

/** Executes the call; answers the next insn. */
export function callSubprog(env: Env, target: number): number {
  const index = env.subprogAt[target]!
  const subprog = env.subprogs[index]!
  if (subprog.global) return callGlobal(env, subprog, index)
  if (env.state.frames.length >= env.maxFrames)
    reject('call-depth', `the call stack of ${env.state.frames.length} frames is too deep`)
  const caller = env.frame
  const frame = new Frame(env.state.frames.length, index, env.insn)
  for (let i = 1; i <= 5; i++) frame.regs[i] = caller.regs[i]!
  frame.regs[10] = pointer('fp', { frame: frame.frameno })
  frame.wroteRegs = caller.wroteRegs & 0x3e
  env.clobberCallerSaved()
  env.pushStep()
  caller.heldAtCall = env.state.refs
  env.state.frames.push(frame)
  return subprog.start
}

function callGlobal(env: Env, subprog: Subprog, index: number): number {
  const name = subprog.name
  if (env.state.activeLocks > 0) {
    env.verbose('global function calls are not allowed while holding a lock,')
    reject('lock-global-call', 'use static function instead', { seen: 'lock' })
  }
  if (!env.rules.sleepableGlobals && env.state.activePreempt > 0) {
    env.verbose('global function calls are not allowed with preemption disabled,')
    reject('preempt-global-call', 'use static function instead', { seen: 'preempt' })
  }
  if (env.rules.sleepableGlobals && subprog.mightSleep && !canSleepHere(env)) {
    if (env.rules.sleepTold)
      reject('sleep-global-call', `sleepable global function ${name}() called in ${unsleepableRegion(env)}`)
    env.verbose('global functions that may sleep are not allowed in non-sleepable context,')
    env.verbose('i.e., in a RCU/IRQ/preempt-disabled section, or in')
    reject('sleep-global-call', 'a non-sleepable BPF program context')
  }
  orElse(
    () =>
      argTypes(env, subprog).forEach((arg, i) => {
        requireGlobalArg(env, arg, i, index)
      }),
    ({ rule, message: seen, details }) => {
      if (isExplained(env, rule)) return reject(rule, seen, details)
      env.verbose(seen)
      return reject('global-args', `Caller passes invalid args into func#${index} ('${name}')`, { seen, ...details })
    },
  )
  env.verbose(`Func#${index} ('${name}') is global and assumed valid.`)
  env.noteCalled(subprog)
  env.clobberCallerSaved()
  if (!returnsVoid(env, subprog)) env.setReg(0, unknownScalar)
  if (subprog.changesPktData) invalidatePacketPointers(env)
  // the path on which it throws ends here, and with it everything must be given back
  if (env.rules.globalThrows && subprog.mightThrow) requireSectionsClosed(env, 'bpf_throw', true)
  return env.insn + 1
}
