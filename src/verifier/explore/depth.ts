// SPDX-License-Identifier: Apache-2.0
// After exploration: the deepest chain of calls and the stack it takes; what may not happen under a callback.

import { structOpsKind } from '../../kernel/index.ts'
import type { Env, Subprog } from '../env.ts'
import { reject } from '../report.ts'
import { isSubprogCall, roleAt } from './flow.ts'

const MAX_STACK = 512
/** Less than this is not worth a stack of its own. */
const MIN_PRIVATE_STACK = 64

export function checkDepth(env: Env): void {
  const own = hasPrivateStacks(env)
  // callbacks that run later first: what they call has no stack of its own, wherever else it is called from
  const normal = new Set<Subprog>()
  for (let i = env.subprogs.length - 1; i >= 0; i--) {
    const subprog = env.subprogs[i]!
    if (i > 0 && !subprog.isAsyncCallback && !subprog.isExceptionCb) continue
    visit(env, i, { chain: [], depth: 0, frames: 0, own: own && i === 0, normal })
  }
}

interface Walk {
  readonly chain: readonly number[]
  readonly depth: number
  /** Since the last global function, where those count from one again. */
  readonly frames: number
  /** Functions may have stacks of their own here. */
  readonly own: boolean
  /** Those that have none. */
  readonly normal: Set<Subprog>
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

function visit(env: Env, index: number, { chain, depth, frames, own, normal }: Walk): void {
  const subprog = env.subprogs[index]!
  const here = [...chain, index]
  if (!own) normal.add(subprog)
  const underCallback = here.some((i) => env.subprogs[i]!.isCallback)
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
    if (total > MAX_STACK) reject('stack-depth', `combined stack size of ${here.length} calls is ${total}. Too large`)
  }
  for (let at = subprog.start; at < subprog.end; at++) {
    if (underCallback && roleAt(env, at) === 'throw') {
      reject('throw-in-callback', `bpf_throw kfunc (insn ${at}) cannot be called from callback subprog ${index}`)
    }
    const insn = env.insns[at]!
    const ref = env.prog.refs.get(at)
    const pseudo = insn.op.kind === 'ld_imm64' && ref?.kind === 'func'
    if (!isSubprogCall(insn) && !pseudo) continue
    if (pseudo && env.subprogs[env.subprogAt[ref.insn]!]!.isAsyncCallback) continue
    const target = ref !== undefined && 'insn' in ref ? env.subprogAt[ref.insn]! : -1
    if (target < 0) continue
    const callee = env.subprogs[target]!
    if (callee.isExceptionCb && isSubprogCall(insn))
      reject('exception-cb-call', `insn ${at} cannot call exception cb directly`)
    const deeper = env.rules.deepCalls && callee.global ? 0 : frames + 1
    if (deeper >= env.maxFrames) reject('call-depth', `the call stack of ${deeper} frames is too deep !`)
    visit(env, target, { chain: here, depth: total, frames: deeper, own, normal })
  }
  if (env.rules.callbacksCannotTailCall && subprog.hasTailCall && underCallback)
    reject('tail-call-callback', 'cannot tail call within callback')
}
