// SPDX-License-Identifier: Apache-2.0
// After exploration: the deepest chain of calls and the stack it takes; what may not happen under a callback.
//
// Depth first in the order of the calls, since the first violation is the verdict. What can go wrong below a function depends on three
// things only, and the more of each the worse: the stack used so far, the frames so far, whether a callback is above. So a function
// that was left well is not entered again with no more of any: a tree of calls (two a function, thirty deep) costs no more than its graph.

import type { Program, Subprog } from '../program/program.ts'
import type { Walk } from '../engine/walk.ts'
import type { StackFrame } from '../violations/program.ts'
import { violate } from '../violations/raise.ts'
import { MAX_FRAMES, MAX_STACK } from '../state/frame.ts'
import { isSubprogCall, kfuncContractAt } from '../program/flow.ts'

/** Less than this is not worth a stack of its own. */
const MIN_PRIVATE_STACK = 64

export function checkDepth(walk: Walk): void {
  const own = hasPrivateStacks(walk.program)
  // callbacks that run later first: what they call has no stack of its own, wherever else it is called from
  const shared: Descent = { own: false, normal: new Set(), passed: new Map(), calls: new Map() }
  for (let i = walk.program.subprogs.length - 1; i >= 0; i--) {
    const subprog = walk.program.subprogs[i]!
    if (i > 0 && !walk.useOf(i).isAsyncCallback && !subprog.isExceptionCb) continue
    descend(walk, i, own && i === 0 ? { ...shared, own, passed: new Map() } : shared)
  }
}

interface Descent {
  /** Functions may have stacks of their own here. */
  readonly own: boolean
  /** Those that have none. */
  readonly normal: Set<Subprog>
  /** By subprogram: the most stack before it, by frames and callback, with which it and all it calls were found good. */
  readonly passed: Map<number, Int16Array>
  /** What each subprogram's body holds that matters here, found when it is first entered. */
  readonly calls: Map<number, readonly Site[]>
}

/** What a function finds as it is entered. */
interface Entry {
  readonly index: number
  /** The call; undefined where nothing of the program calls it. */
  readonly at: number | undefined
  /** Bytes of stack. */
  readonly depth: number
  /** Since the last global function, where those count from one again. */
  readonly frames: number
  /** It is one, or was called by one. */
  readonly underCallback: boolean
}

/** A function on the chain of calls under way. */
interface Visit extends Entry {
  readonly total: number
  readonly sites: readonly Site[]
  next: number
}

/** Programs that cannot interrupt themselves, or are kept from it, may put a function's stack elsewhere; not with tail calls. */
function hasPrivateStacks(program: Program): boolean {
  if (!program.model.rules.privateStack || program.subprogs.some(({ hasTailCall }) => hasTailCall)) return false
  switch (program.linked.type) {
    case 'BPF_PROG_TYPE_KPROBE':
    case 'BPF_PROG_TYPE_TRACEPOINT':
    case 'BPF_PROG_TYPE_PERF_EVENT':
    case 'BPF_PROG_TYPE_RAW_TRACEPOINT':
      return true
    case 'BPF_PROG_TYPE_TRACING':
      return program.linked.attachType !== 'BPF_TRACE_ITER'
    case 'BPF_PROG_TYPE_STRUCT_OPS':
      return structOpsStack(program)
    default:
      return false
  }
}

/** Members that may be called while they run ask for stacks of their own (`priv_stack_requested`). */
function structOpsStack({ linked: prog, model: { kernel } }: Program): boolean {
  const asked = kernel.structOps(prog.structOps?.typeName ?? '')?.privateStack
  if (asked === undefined || !asked.members.includes(prog.structOps?.member ?? '')) return false
  return asked.config === undefined || kernel.config(asked.config) === 'y'
}

function descend(walk: Walk, start: number, within: Descent): void {
  const chain: Visit[] = []
  const enter = (entry: Entry): void => {
    if (isPassed(within, entry)) return
    chain.push(visit(walk, entry, within, chain))
  }
  enter({ index: start, at: undefined, depth: 0, frames: 0, underCallback: walk.useOf(start).isCallback })
  for (let top = chain.at(-1); top !== undefined; top = chain.at(-1)) {
    const site = top.sites[top.next++]
    if (site === undefined) {
      leave(walk.program, top)
      chain.pop()
      continue
    }
    const { at, target } = site
    if (target === undefined) {
      if (!top.underCallback) continue
      violate('throw-in-callback', { insn: at, subprog: top.index })
    }
    const callee = walk.program.subprogs[target]!
    if (callee.isExceptionCb && site.direct) violate('exception-cb-call', { insn: at })
    const frames = walk.model.rules.deepCalls && callee.global ? 0 : top.frames + 1
    if (frames >= walk.model.maxFrames) violate('call-depth', { form: 'ahead', frames })
    enter({
      index: target,
      at,
      depth: top.total,
      frames,
      underCallback: top.underCallback || walk.useOf(target).isCallback,
    })
  }
}

function visit(walk: Walk, entry: Entry, within: Descent, above: readonly Visit[]): Visit {
  const { index, depth, underCallback } = entry
  const frames = (): readonly StackFrame[] => [...above, entry].map((one) => stackFrame(walk, one))
  const { own, normal } = within
  const subprog = walk.program.subprogs[index]!
  notePassed(within, entry)
  if (!own) normal.add(subprog)
  if (subprog.hasLdAbs && underCallback) violate('ld-abs-callback')
  if (subprog.hasTailCall && index > 0 && depth >= 256) {
    violate('tail-call-depth', { depth, frames: frames() })
  }
  const { size } = stackFrame(walk, entry)
  let total = depth
  if (own && !normal.has(subprog) && size >= MIN_PRIVATE_STACK) {
    if (size > MAX_STACK) violate('stack-depth', { form: 'one', subprog: index, size, frames: frames() })
  } else {
    total += size
    if (total > MAX_STACK)
      violate('stack-depth', { form: 'combined', calls: above.length + 1, total, frames: frames() })
  }
  return { ...entry, total, sites: sitesOf(walk, index, within), next: 0 }
}

/** What a function takes of the stack, rounded as the kernel does. */
const stackFrame = (walk: Walk, { index, at }: Entry): StackFrame => ({
  start: walk.program.subprogs[index]!.start,
  at,
  size: Math.ceil(walk.useOf(index).stackDepth / 16) * 16,
})

function leave(program: Program, { index, underCallback }: Visit): void {
  if (program.model.rules.callbacksCannotTailCall && underCallback && program.subprogs[index]!.hasTailCall)
    violate('tail-call-callback')
}

/**
 * Noted on the way in: a first violation ends everything, so whoever asks later asks of what was good; and a function that comes round
 * to itself with no more stack or frames than before comes to nothing new.
 */
function notePassed({ passed }: Descent, { index, depth, frames, underCallback }: Entry): void {
  let most = passed.get(index)
  if (most === undefined) {
    most = new Int16Array(2 * MAX_FRAMES).fill(-1)
    passed.set(index, most)
  }
  for (let f = 0; f <= frames; f++) {
    for (let callback = 0; callback <= (underCallback ? 1 : 0); callback++) {
      const at = 2 * f + callback
      most[at] = Math.max(most[at]!, depth)
    }
  }
}

const isPassed = ({ passed }: Descent, { index, depth, frames, underCallback }: Entry): boolean =>
  (passed.get(index)?.[2 * frames + (underCallback ? 1 : 0)] ?? -1) >= depth

/** A call, a function's address, or (without a target) bpf_throw. */
interface Site {
  readonly at: number
  readonly target: number | undefined
  /** Called, not handed out. */
  readonly direct: boolean
}

/** In the order of the body; of calls of the same function, which come to the same, the first. */
function sitesOf(walk: Walk, index: number, { calls }: Descent): readonly Site[] {
  const known = calls.get(index)
  if (known !== undefined) return known
  const subprog = walk.program.subprogs[index]!
  const first = new Map<string, Site>()
  for (let at = subprog.start; at < subprog.end; at++) {
    const site = siteAt(walk, at)
    const key = site === undefined ? '' : `${site.target} ${site.direct}`
    if (site !== undefined && !first.has(key)) first.set(key, site)
  }
  const sites = [...first.values()]
  calls.set(index, sites)
  return sites
}

function siteAt(walk: Walk, at: number): Site | undefined {
  if (kfuncContractAt(walk.program, at)?.effects.throws) return { at, target: undefined, direct: true }
  const insn = walk.program.insns[at]!
  const ref = walk.program.linked.refs.get(at)
  const direct = isSubprogCall(insn)
  if (!direct && (insn.op.kind !== 'ld_imm64' || ref?.kind !== 'func')) return undefined
  if (ref === undefined || !('insn' in ref)) return undefined
  const target = walk.program.subprogAt[ref.insn]!
  return !direct && walk.useOf(target).isAsyncCallback ? undefined : { at, target, direct }
}
