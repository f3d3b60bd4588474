// SPDX-License-Identifier: Apache-2.0
// After exploration: the deepest chain of calls and the stack it takes; what may not happen under a callback.
//
// Depth first in the order of the calls, since the first violation is the verdict. What can go wrong below a function depends on three
// things only, and the more of each the worse: the stack used so far, the frames so far, whether a callback is above. So a function
// that was left well is not entered again with no more of any: a tree of calls (two a function, thirty deep) costs no more than its graph.

import { structOpsKind } from '../../kernel/index.ts'
import type { Env, Subprog } from '../env.ts'
import { reject } from '../report.ts'
import { MAX_FRAMES, MAX_STACK } from '../state/state.ts'
import { isSubprogCall, roleAt } from './flow.ts'

/** Less than this is not worth a stack of its own. */
const MIN_PRIVATE_STACK = 64

export function checkDepth(env: Env): void {
  const own = hasPrivateStacks(env)
  // callbacks that run later first: what they call has no stack of its own, wherever else it is called from
  const shared: Walk = { own: false, normal: new Set(), passed: new Map(), calls: new Map() }
  for (let i = env.subprogs.length - 1; i >= 0; i--) {
    const subprog = env.subprogs[i]!
    if (i > 0 && !subprog.isAsyncCallback && !subprog.isExceptionCb) continue
    walk(env, i, own && i === 0 ? { ...shared, own, passed: new Map() } : shared)
  }
}

interface Walk {
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
function hasPrivateStacks(env: Env): boolean {
  if (!env.rules.privateStack || env.subprogs.some(({ hasTailCall }) => hasTailCall)) return false
  switch (env.prog.type) {
    case 'BPF_PROG_TYPE_KPROBE':
    case 'BPF_PROG_TYPE_TRACEPOINT':
    case 'BPF_PROG_TYPE_PERF_EVENT':
    case 'BPF_PROG_TYPE_RAW_TRACEPOINT':
      return true
    case 'BPF_PROG_TYPE_TRACING':
      return env.prog.attachType !== 'BPF_TRACE_ITER'
    case 'BPF_PROG_TYPE_STRUCT_OPS':
      return structOpsStack(env)
    default:
      return false
  }
}

/** Members that may be called while they run ask for stacks of their own (`priv_stack_requested`). */
function structOpsStack({ prog, kernel }: Env): boolean {
  const asked = structOpsKind(prog.structOps?.typeName ?? '')?.privateStack
  if (asked === undefined || !asked.members.includes(prog.structOps?.member ?? '')) return false
  return asked.config === undefined || kernel.config(asked.config) === 'y'
}

function walk(env: Env, start: number, within: Walk): void {
  const chain: Visit[] = []
  const enter = (entry: Entry): void => {
    if (isPassed(within, entry)) return
    chain.push(visit(env, entry, within, chain.length + 1))
  }
  enter({ index: start, depth: 0, frames: 0, underCallback: env.subprogs[start]!.isCallback })
  for (let top = chain.at(-1); top !== undefined; top = chain.at(-1)) {
    const site = top.sites[top.next++]
    if (site === undefined) {
      leave(env, top)
      chain.pop()
      continue
    }
    const { at, target } = site
    if (target === undefined) {
      if (!top.underCallback) continue
      reject('throw-in-callback', `bpf_throw kfunc (insn ${at}) cannot be called from callback subprog ${top.index}`)
    }
    const callee = env.subprogs[target]!
    if (callee.isExceptionCb && site.direct) reject('exception-cb-call', `insn ${at} cannot call exception cb directly`)
    const frames = env.rules.deepCalls && callee.global ? 0 : top.frames + 1
    if (frames >= env.maxFrames) reject('call-depth', `the call stack of ${frames} frames is too deep !`)
    enter({ index: target, depth: top.total, frames, underCallback: top.underCallback || callee.isCallback })
  }
}

function visit(env: Env, entry: Entry, within: Walk, calls: number): Visit {
  const { index, depth, underCallback } = entry
  const { own, normal } = within
  const subprog = env.subprogs[index]!
  notePassed(within, entry)
  if (!own) normal.add(subprog)
  if (subprog.hasLdAbs && underCallback) reject('ld-abs-callback', 'cannot use BPF_LD_[ABS|IND] within callback')
  if (subprog.hasTailCall && index > 0 && depth >= 256) {
    reject(
      'tail-call-depth',
      `tail_calls are not allowed when call stack of previous frames is ${depth} bytes. Too large`,
    )
  }
  const size = Math.ceil(subprog.stackDepth / 16) * 16
  let total = depth
  if (own && !normal.has(subprog) && size >= MIN_PRIVATE_STACK) {
    if (size > MAX_STACK) reject('stack-depth', `stack size of subprog ${index} is ${size}. Too large`)
  } else {
    total += size
    if (total > MAX_STACK) reject('stack-depth', `combined stack size of ${calls} calls is ${total}. Too large`)
  }
  return { ...entry, total, sites: sitesOf(env, index, within), next: 0 }
}

function leave(env: Env, { index, underCallback }: Visit): void {
  if (env.rules.callbacksCannotTailCall && underCallback && env.subprogs[index]!.hasTailCall)
    reject('tail-call-callback', 'cannot tail call within callback')
}

/**
 * Noted on the way in: a first violation ends everything, so whoever asks later asks of what was good; and a function that comes round
 * to itself with no more stack or frames than before comes to nothing new.
 */
function notePassed({ passed }: Walk, { index, depth, frames, underCallback }: Entry): void {
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

const isPassed = ({ passed }: Walk, { index, depth, frames, underCallback }: Entry): boolean =>
  (passed.get(index)?.[2 * frames + (underCallback ? 1 : 0)] ?? -1) >= depth

/** A call, a function's address, or (without a target) bpf_throw. */
interface Site {
  readonly at: number
  readonly target: number | undefined
  /** Called, not handed out. */
  readonly direct: boolean
}

/** In the order of the body; of calls of the same function, which come to the same, the first. */
function sitesOf(env: Env, index: number, { calls }: Walk): readonly Site[] {
  const known = calls.get(index)
  if (known !== undefined) return known
  const subprog = env.subprogs[index]!
  const first = new Map<string, Site>()
  for (let at = subprog.start; at < subprog.end; at++) {
    const site = siteAt(env, at)
    const key = site === undefined ? '' : `${site.target} ${site.direct}`
    if (site !== undefined && !first.has(key)) first.set(key, site)
  }
  const sites = [...first.values()]
  calls.set(index, sites)
  return sites
}

function siteAt(env: Env, at: number): Site | undefined {
  if (roleAt(env, at) === 'throw') return { at, target: undefined, direct: true }
  const insn = env.insns[at]!
  const ref = env.prog.refs.get(at)
  const direct = isSubprogCall(insn)
  if (!direct && (insn.op.kind !== 'ld_imm64' || ref?.kind !== 'func')) return undefined
  if (ref === undefined || !('insn' in ref)) return undefined
  const target = env.subprogAt[ref.insn]!
  return !direct && env.subprogs[target]!.isAsyncCallback ? undefined : { at, target, direct }
}
