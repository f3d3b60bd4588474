// SPDX-License-Identifier: Apache-2.0
// One program, one kernel, one Report: the order of checks is the kernel's, since the first violation is the verdict.

import { type BtfId, resolveType } from '../btf/index.ts'
import { LimitReached } from '../fault/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { NoAnswer } from '../kfunc/index.ts'
import type { LinkedProgram } from '../object/index.ts'
import { checkRewrites } from './after.ts'
import { checkAttach } from './attach.ts'
import { checkFuncRecords, checkLineRecords } from './btf-records.ts'
import { checkInsns } from './check-insns.ts'
import { lookAhead } from './ahead/index.ts'
import { argTypes, returnsVoid, startRegs } from './call/global-args.ts'
import { Env, kernelTypesOf, type VerifyOptions } from './env.ts'
import { dropFastcallStack, findFastcalls } from './explore/fastcall.ts'
import { checkDepth } from './explore/depth.ts'
import { explore } from './explore/explore.ts'
import { checkFlow, checkSubprogs, findSubprogs } from './explore/flow.ts'
import { LogPrinter } from './log/print.ts'
import { offered } from './offered.ts'
import { Rejection, type Report, reject, Unlinked, Unsupported } from './report.ts'
import { pointer } from './state/reg.ts'
import { Frame, State } from './state/state.ts'
import { acquireArguments } from './struct-ops.ts'
import { reword } from './wording.ts'

/** Judges one linked program as the kernel's verifier would. Never throws for a program's fault. */
export function verify(linked: LinkedProgram, kernel: Kernel, options: VerifyOptions = {}): Report {
  const taken = offered(linked, kernelTypesOf(kernel))
  const { refusal } = taken
  const env = new Env(taken, kernel, options)
  for (const warning of taken.warnings) env.warnings.push(warning)
  if (options.log) env.printer = new LogPrinter(env, options.log === 2 ? 2 : 1)
  const common = (): Omit<Report & { verdict: 'accept' }, 'verdict'> => ({
    insnsProcessed: env.processed,
    states: env.totalStates,
    peakStates: env.peakStates,
    maxStatesPerInsn: env.maxStatesPerInsn,
    log: env.printer?.lines() ?? [],
    warnings: env.warnings,
  })
  try {
    if (refusal !== undefined) throw new Unlinked(refusal)
    run(env)
    return { verdict: 'accept', ...common() }
  } catch (error) {
    if (error instanceof Rejection) {
      return {
        verdict: 'reject',
        rule: error.rule,
        message: reword(kernel, error.rule, error.message),
        insn: env.insn,
        details: error.details,
        path: env.state === undefined ? [] : env.path(),
        ...common(),
      }
    }
    if (error instanceof Unlinked) {
      const { message, missing } = error
      return { verdict: 'load_error', message, insn: env.insn, ...(missing && { missing }), ...common() }
    }
    if (error instanceof LimitReached)
      return { verdict: 'unsupported', what: error.message, insn: env.insn, limit: error.limit, ...common() }
    if (error instanceof Unsupported || error instanceof NoAnswer)
      return { verdict: 'unsupported', what: error.message, insn: env.insn, ...common() }
    throw error
  } finally {
    env.holdNothing()
  }
}

function run(env: Env): void {
  if (env.prog.type === 'BPF_PROG_TYPE_LIRC_MODE2' && env.kernel.config('CONFIG_BPF_LIRC_MODE2') === undefined) {
    throw new Unlinked('this kernel has no such program type (CONFIG_BPF_LIRC_MODE2 is off)')
  }
  if (env.insns.length === 0 || env.insns.length > 1_000_000) reject('size', `program has ${env.insns.length} insns`)
  checkFuncRecords(env)
  findSubprogs(env)
  checkSubprogs(env)
  checkLineRecords(env)
  checkInsns(env)
  checkFlow(env)
  checkAttach(env)
  lookAhead(env)
  findFastcalls(env)
  exploreMain(env)
  exploreGlobals(env)
  dropFastcallStack(env)
  checkDepth(env)
  checkRewrites(env)
}

function exploreMain(env: Env): void {
  const state = new State([new Frame(0, 0, -1)])
  state.inSleepable = env.rules.contextSleep && env.prog.sleepable
  const { regs } = state.cur
  regs[1] = pointer('ctx')
  regs[10] = pointer('fp', { frame: 0 })
  env.state = state
  acquireArguments(env)
  if (env.printer !== undefined) logMainArgument(env)
  explore(env, state, 0)
  env.printer?.finish()
}

/** The kernel tries the main program as a global function first, and says what it does not like: no number returned, a `void *` context. */
function logMainArgument(env: Env): void {
  const { btf } = env.prog
  const typeId = env.subprogs[0]?.typeId ?? 0
  if (btf === undefined || typeId === 0) return
  const func = btf.type(typeId as BtfId)
  const proto = func.kind === 'func' ? btf.type(func.type) : undefined
  if (proto?.kind !== 'func_proto') return
  const ret = resolveType(btf, proto.ret).kind
  if (proto.params.length <= 5 && ret !== 'int' && ret !== 'enum' && ret !== 'enum64') {
    const { name } = env.subprogs[0]!
    return env.verbose(`Global function ${name}() doesn't return scalar. Only those are supported.`)
  }
  const first = proto.params[0]
  const pointer = first === undefined ? undefined : resolveType(btf, first.type)
  if (pointer?.kind !== 'ptr' || resolveType(btf, pointer.type).kind !== 'void') return
  env.verbose(`arg#0 reference type('UNKNOWN ') size cannot be determined: -22`)
}

/** Global functions are verified by their types alone, those that are called; where it matters, once for each kind of caller. */
function exploreGlobals(env: Env): void {
  const done = new Set<string>()
  if (env.exceptionCb >= 0) env.noteCalled(env.subprogs[env.exceptionCb]!)
  for (let again = true; again; ) {
    again = false
    for (let i = 1; i < env.subprogs.length; i++) {
      const { global, calledFrom } = env.subprogs[i]!
      if (!global) continue
      for (const from of ['atomic', 'sleepable'] as const) {
        if (!calledFrom.has(from) || done.has(`${i} ${from}`)) continue
        done.add(`${i} ${from}`)
        again = true
        exploreGlobal(env, i, from === 'sleepable')
      }
    }
  }
}

function exploreGlobal(env: Env, i: number, sleepable: boolean): void {
  const subprog = env.subprogs[i]!
  env.insn = subprog.start
  env.verbose(`Validating ${subprog.name}() func#${i}...`)
  const args = argTypes(env, subprog)
  if (subprog.isExceptionCb && returnsVoid(env, subprog)) reject('exception-cb-args', 'exception cb cannot return void')
  if (subprog.isExceptionCb && (args.length !== 1 || args[0]!.kind !== 'scalar')) {
    reject('exception-cb-args', 'exception cb only supports single integer argument')
  }
  const frame = new Frame(0, i, -1)
  startRegs(env, subprog).forEach((reg, r) => {
    frame.regs[r + 1] = reg
  })
  frame.regs[10] = pointer('fp', { frame: 0 })
  if (subprog.isExceptionCb) frame.callback = 'exception'
  const state = new State([frame])
  state.inSleepable = sleepable
  explore(env, state, subprog.start)
  env.printer?.finish()
  env.verbose(`Func#${i} ('${subprog.name}') is safe for any args that match its prototype`)
}
