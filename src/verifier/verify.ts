// SPDX-License-Identifier: Apache-2.0
// One program, one kernel, one Report: the order of checks is the kernel's, since the first violation is the verdict.

import { type BtfId, resolveType } from '../btf/index.ts'
import { LimitReached } from '../fault/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { NoAnswer } from '../kfunc/index.ts'
import type { LinkedProgram } from '../object/index.ts'
import { dropFastcallStack } from './access/fastcall-stack.ts'
import { checkRewrites } from './explore/rewrites.ts'
import { lookAhead } from './ahead/index.ts'
import { checkAttach } from './program/attach.ts'
import { checkFuncRecords, checkLineRecords } from './program/btf-records.ts'
import { startRegs } from './call/subprog/global-args.ts'
import { globalContract } from './program/contract/global.ts'
import { acquireArguments } from './call/objects/struct-ops-references.ts'
import { checkInsns } from './program/check-insns.ts'
import { checkDepth } from './explore/depth.ts'
import { explore } from './explore/explore.ts'
import { findFastcalls } from './program/fastcall.ts'
import { checkFlow, checkSubprogs, findSubprogs } from './program/flow.ts'
import { LogPrinter } from './log/print.ts'
import { Model } from './program/model.ts'
import { together } from './engine/observer.ts'
import type { Facts } from './facts/facts.ts'
import { Checkpoints, proveFacts, type WalkAgain } from './facts/prove.ts'
import { StateRecorder } from './facts/recorder.ts'
import type { VerifyOptions } from './options.ts'
import { PathKeeper } from './engine/path.ts'
import { ProgramDraft, type Program } from './program/program.ts'
import { Rejection, Unlinked, Unsupported, violate } from './violations/raise.ts'
import { framePointer, pointer, type RegState } from './state/reg.ts'
import { Frame } from './state/frame.ts'
import { State } from './state/state.ts'

import type { Report } from './verdict.ts'
import { Walk } from './engine/walk.ts'
import { detailsOf } from './violations/details.ts'
import { type ViolationId, wordsOf } from './violations/table.ts'
import type { Wording } from './violations/wording.ts'

/** Judges one linked program as the kernel's verifier would. Never throws for a program's fault. */
export function verify(linked: LinkedProgram, kernel: Kernel, options: VerifyOptions = {}): Report {
  const model = Model.of(kernel)
  const draft = new ProgramDraft(linked, model, { ...options, replaced: replacedBy(linked, model) })
  let judged: Judged | undefined
  const end = (): Ending => ({
    insn: judged?.walk.insn ?? draft.insn,
    insnsProcessed: judged?.walk.processed ?? 0,
    states: judged?.walk.totalStates ?? 0,
    peakStates: judged?.walk.peakStates ?? 0,
    maxStatesPerInsn: judged?.walk.maxStatesPerInsn ?? 0,
    stackDepths: judged === undefined ? [] : stackDepths(judged.walk),
    ...(judged?.recorder === undefined ? {} : { recorded: judged.recorder.recorded() }),
    log: judged?.log?.lines() ?? [],
  })
  try {
    const program = prepare(draft, options)
    judged = observed(program, options)
    judge(judged.walk)
    const facts = judged.checkpoints === undefined ? {} : factsOf(judged.walk, judged.checkpoints)
    const { insn: _, ...common } = end()
    return { verdict: 'accept', ...common, ...facts }
  } catch (error) {
    return reportOf(error, end(), { wording: model.wording, path: judged?.path })
  } finally {
    judged?.walk.holdNothing()
  }
}

/** In whole slots, as the kernel counts them. */
const stackDepths = (walk: Walk): readonly number[] =>
  walk.program.subprogs.map((_, i) => Math.ceil(walk.useOf(i).stackDepth / 8) * 8)

type Ending = Omit<Report & { verdict: 'accept' }, 'verdict'> & { readonly insn: number }

function reportOf(
  error: unknown,
  end: Ending,
  { wording, path }: { wording: Wording; path: PathKeeper | undefined },
): Report {
  if (error instanceof Rejection) {
    const { violation } = error
    return {
      verdict: 'reject',
      rule: violation.id,
      message: wordsOf(violation, wording),
      violation,
      details: detailsOf(violation, wording),
      path: path?.path() ?? [],
      ...(path !== undefined && unfinished.has(violation.id) ? { effort: path.effort() } : {}),
      ...end,
    }
  }
  if (error instanceof Unlinked) {
    const { message, missing } = error
    return { verdict: 'load_error', message, ...(missing && { missing }), ...end }
  }
  if (error instanceof LimitReached) return { verdict: 'unsupported', what: error.message, limit: error.limit, ...end }
  if (error instanceof Unsupported || error instanceof NoAnswer)
    return { verdict: 'unsupported', what: error.message, ...end }
  throw error
}

/** The walk came to no end: where it went is what there is to tell. */
const unfinished: ReadonlySet<ViolationId> = new Set<ViolationId>(['too-large', 'complexity'])

/** The program that an extension replaces a function of. It was accepted, or nothing could attach to it. */
function replacedBy({ type, attach }: LinkedProgram, model: Model): Program | undefined {
  if (type !== 'BPF_PROG_TYPE_EXT' || attach?.program === undefined) return undefined
  return prepare(new ProgramDraft(attach.program, model, { replaced: replacedBy(attach.program, model) }), {})
}

/** What is looked at ahead of the walk, in the kernel's order. */
function prepare(draft: ProgramDraft, { facts = false }: VerifyOptions): Program {
  const { linked, model, insns } = draft
  if (linked.type === 'BPF_PROG_TYPE_LIRC_MODE2' && model.kernel.config('CONFIG_BPF_LIRC_MODE2') === undefined) {
    throw new Unlinked('this kernel has no such program type (CONFIG_BPF_LIRC_MODE2 is off)')
  }
  if (insns.length === 0 || insns.length > 1_000_000) violate('size', { insns: insns.length })
  checkFuncRecords(draft)
  findSubprogs(draft)
  checkSubprogs(draft)
  checkLineRecords(draft)
  checkInsns(draft)
  checkFlow(draft)
  checkAttach(draft)
  lookAhead(draft, { liveness: facts })
  findFastcalls(draft)
  return draft.freeze()
}

interface Judged {
  readonly walk: Walk
  readonly log: LogPrinter | undefined
  readonly path: PathKeeper | undefined
  readonly checkpoints: Checkpoints | undefined
  readonly recorder: StateRecorder | undefined
}

/** States that are recorded unless told otherwise. */
const MOST_STATES = 500_000

/** A walk of the program, and who asked to be told of it. */
function observed(program: Program, { log, trace, facts, recordStates }: VerifyOptions): Judged {
  const most = trace === true ? Number.POSITIVE_INFINITY : Number(trace ?? 0)
  let printer: LogPrinter | undefined
  let path: PathKeeper | undefined
  let recorder: StateRecorder | undefined
  const mostStates = recordStates === true ? MOST_STATES : Number(recordStates ?? 0)
  const checkpoints = facts ? new Checkpoints() : undefined
  const walk = new Walk(program, (walk) => {
    printer = log ? new LogPrinter(walk, log === 2 ? 2 : 1) : undefined
    path = most > 0 ? new PathKeeper(walk, most) : undefined
    recorder = mostStates > 0 ? new StateRecorder(walk, mostStates) : undefined
    return together([printer, path, checkpoints, recorder].filter((one) => one !== undefined))
  })
  return { walk, log: printer, path, checkpoints, recorder }
}

/** Every path of every function that is called; then what can be said only once they are known. */
function judge(walk: Walk): void {
  exploreAll(walk)
  dropFastcallStack(walk)
  checkDepth(walk)
  checkRewrites(walk)
}

function exploreAll(walk: Walk): void {
  exploreMain(walk)
  exploreGlobals(walk)
}

/** Facts of a program that was accepted, or why there are none: the verdict stands, whatever they would have cost. */
function factsOf(first: Walk, checkpoints: Checkpoints): { readonly facts: Facts } | { readonly factsMissing: string } {
  const again: WalkAgain = (observe, exacting) => {
    const walk = new Walk(first.program, observe, exacting)
    try {
      exploreAll(walk)
    } finally {
      walk.holdNothing()
    }
  }
  try {
    return { facts: proveFacts(first, checkpoints, again) }
  } catch (error) {
    if (error instanceof LimitReached) return { factsMissing: error.message }
    throw error
  }
}

function exploreMain(walk: Walk): void {
  const state = new State([new Frame({ frameno: 0, subprog: 0, callsite: -1 })])
  state.setSections({ sleepable: walk.model.rules.contextSleep && walk.program.linked.sleepable })
  const regs = state.cur.ownRegs()
  for (const [r, reg] of firstArguments(walk).entries()) regs[r + 1] = reg
  regs[10] = framePointer(0)
  walk.state = state
  acquireArguments(walk)
  if (walk.observer !== undefined && !walk.program.isExtension) logMainArgument(walk)
  explore(walk, state, 0)
  walk.observer?.finished()
}

/** Its context; an extension is called with what the function is that it replaces. */
function firstArguments(walk: Walk): readonly RegState[] {
  const { isExtension, subprogs } = walk.program
  return isExtension ? startRegs(walk, globalContract(subprogs[0]!, walk.program)) : [pointer('ctx')]
}

/** The kernel tries the main program as a global function first, and says what it does not like: no number returned, a `void *` context. */
function logMainArgument(walk: Walk): void {
  const { btf } = walk.program.linked
  const typeId = walk.program.subprogs[0]?.typeId ?? 0
  if (btf === undefined || typeId === 0) return
  const func = btf.type(typeId as BtfId)
  const proto = func.kind === 'func' ? btf.type(func.type) : undefined
  if (proto?.kind !== 'func_proto') return
  const ret = resolveType(btf, proto.ret).kind
  if (proto.params.length <= 5 && ret !== 'int' && ret !== 'enum' && ret !== 'enum64') {
    const { name } = walk.program.subprogs[0]!
    return walk.verbose(`Global function ${name}() doesn't return scalar. Only those are supported.`)
  }
  const first = proto.params[0]
  const pointer = first === undefined ? undefined : resolveType(btf, first.type)
  if (pointer?.kind !== 'ptr' || resolveType(btf, pointer.type).kind !== 'void') return
  walk.verbose(`arg#0 reference type('UNKNOWN ') size cannot be determined: -22`)
}

/** Global functions are verified by their types alone, those that are called; where it matters, once for each kind of caller. */
function exploreGlobals(walk: Walk): void {
  const done = new Set<string>()
  if (walk.program.exceptionCb >= 0) walk.noteCalled(walk.program.exceptionCb)
  for (let again = true; again; ) {
    again = false
    for (let i = 1; i < walk.program.subprogs.length; i++) {
      if (!walk.program.subprogs[i]!.global) continue
      const { calledFrom } = walk.useOf(i)
      for (const from of ['atomic', 'sleepable'] as const) {
        if (!calledFrom.has(from) || done.has(`${i} ${from}`)) continue
        done.add(`${i} ${from}`)
        again = true
        exploreGlobal(walk, i, { sleepable: from === 'sleepable' })
      }
    }
  }
}

function exploreGlobal(walk: Walk, i: number, { sleepable }: { readonly sleepable: boolean }): void {
  const subprog = walk.program.subprogs[i]!
  walk.insn = subprog.start
  walk.verbose(`Validating ${subprog.name}() func#${i}...`)
  const contract = globalContract(subprog, walk.program)
  const { args, result } = contract
  if (subprog.isExceptionCb && result.kind === 'none') violate('exception-cb-args', { form: 'void' })
  if (subprog.isExceptionCb && (args.length !== 1 || args[0]!.kind !== 'scalar')) {
    violate('exception-cb-args', { form: 'count' })
  }
  const callback = subprog.isExceptionCb ? 'exception' : 'none'
  const frame = new Frame({ frameno: 0, subprog: i, callsite: -1, callback })
  startRegs(walk, contract).forEach((reg, r) => {
    frame.ownRegs()[r + 1] = reg
  })
  frame.ownRegs()[10] = framePointer(0)
  const state = new State([frame])
  state.setSections({ sleepable: sleepable })
  explore(walk, state, subprog.start)
  walk.observer?.finished()
  walk.verbose(`Func#${i} ('${subprog.name}') is safe for any args that match its prototype`)
}
