// SPDX-License-Identifier: Apache-2.0
// Calls between the program's own functions: static ones are walked into, global ones are verified on their own and trusted to
// their types.

import type { Subprog } from '../../program/program.ts'
import { type Walk, canSleepHere, unsleepableRegion } from '../../engine/walk.ts'
import { orElse, violate, violateAgain } from '../../violations/raise.ts'
import { leadInsOf } from '../../violations/lead-ins.ts'
import { type Violation, wordsOf } from '../../violations/table.ts'
import { framePointer, unknownScalar } from '../../state/reg.ts'
import { Frame } from '../../state/frame.ts'
import { isExplained } from '../explained.ts'
import { globalContract } from '../../program/contract/global.ts'
import { requireGlobalArg } from './global-args.ts'
import { requireGlobalArgs, requireStaticArgs } from './many-args.ts'
import { invalidatePacketPointers, requireSectionsClosed } from '../objects/references.ts'

/** Executes the call; answers the next insn. */
export function callSubprog(walk: Walk, target: number): number {
  const index = walk.program.subprogAt[target]!
  const subprog = walk.program.subprogs[index]!
  if (subprog.global) return callGlobal(walk, subprog, index)
  requireStaticArgs(walk, subprog)
  if (walk.state.frames.length >= walk.model.maxFrames)
    violate('call-depth', { form: 'walked', frames: walk.state.frames.length + 1 })
  const caller = walk.frame
  const frame = new Frame({ frameno: walk.state.frames.length, subprog: index, callsite: walk.insn })
  for (let i = 1; i <= 5; i++) frame.ownRegs()[i] = caller.regs[i]!
  frame.ownRegs()[10] = framePointer(frame.frameno)
  frame.wroteRegs = caller.wroteRegs & 0x3e
  walk.clobberCallerSaved()
  walk.pushStep()
  caller.heldAtCall = walk.state.refs
  walk.state.frames.push(frame)
  return subprog.start
}

function callGlobal(walk: Walk, subprog: Subprog, index: number): number {
  const name = subprog.name
  if (walk.state.sections.locks > 0) {
    sayBefore(walk, { id: 'lock-global-call', params: { seen: 'lock' } })
    violate('lock-global-call', { seen: 'lock' })
  }
  if (!walk.model.rules.sleepableGlobals && walk.state.sections.preempt > 0) {
    sayBefore(walk, { id: 'preempt-global-call', params: { seen: 'preempt' } })
    violate('preempt-global-call', { seen: 'preempt' })
  }
  if (walk.model.rules.sleepableGlobals && subprog.mightSleep && !canSleepHere(walk)) {
    if (walk.model.rules.sleepTold)
      violate('sleep-global-call', { form: 'region', func: name, region: unsleepableRegion(walk) })
    sayBefore(walk, { id: 'sleep-global-call', params: { form: 'context' } })
    violate('sleep-global-call', { form: 'context' })
  }
  requireGlobalArgs(walk, subprog)
  const { result, effects } = orElse(
    () => {
      const contract = globalContract(subprog, walk.program)
      for (const arg of contract.args) requireGlobalArg(walk, arg, contract, index)
      return contract
    },
    (inner) => {
      if (isExplained(walk.model, inner.id)) return violateAgain(inner)
      walk.verbose(wordsOf(inner, walk.model.wording))
      return violate('global-args', { func: index, name, inner })
    },
  )
  walk.verbose(`Func#${index} ('${name}') is global and assumed valid.`)
  walk.noteCalled(index)
  walk.clobberCallerSaved()
  if (result.kind !== 'none') walk.setReg(0, unknownScalar)
  if (effects.movesPacket) invalidatePacketPointers(walk)
  // the path on which it throws ends here, and with it everything must be given back
  if (walk.model.rules.globalThrows && effects.throws) requireSectionsClosed(walk, 'bpf_throw', { exception: true })
  return walk.insn + 1
}

/** The lines of a message of several that come before its last. */
function sayBefore(walk: Walk, violation: Violation): void {
  for (const line of leadInsOf(violation)) walk.verbose(line)
}
