// SPDX-License-Identifier: Apache-2.0
// After exploration: the deepest chain of calls and the stack it takes; bpf_throw under a callback.

import type { Env } from '../env.ts'
import { reject } from '../report.ts'
import { isSubprogCall, roleAt } from './flow.ts'

const MAX_STACK = 512
const MAX_CALLS = 8

export function checkDepth(env: Env): void {
  visit(env, 0, [], 0)
  env.subprogs.forEach((subprog, i) => {
    if (subprog.isAsyncCallback || subprog.isExceptionCb) visit(env, i, [], 0)
  })
}

function visit(env: Env, index: number, chain: readonly number[], depth: number): void {
  const subprog = env.subprogs[index]!
  const here = [...chain, index]
  const total = depth + Math.ceil(subprog.stackDepth / 16) * 16
  if (total > MAX_STACK) reject('stack-depth', `combined stack size of ${here.length} calls is ${total}. Too large`)
  if (subprog.hasTailCall && here.length > 1 && depth >= 256) {
    reject(
      'tail-call-depth',
      `tail_calls are not allowed when call stack of previous frames is ${depth} bytes. Too large`,
    )
  }
  for (let at = subprog.start; at < subprog.end; at++) {
    const insn = env.insns[at]!
    if (roleAt(env, at) === 'throw') {
      const callback = here.find((i) => env.subprogs[i]!.isCallback)
      if (callback !== undefined)
        reject('throw-in-callback', `bpf_throw kfunc (insn ${at}) cannot be called from callback subprog ${callback}`)
    }
    const ref = env.prog.refs.get(at)
    const pseudo = insn.op.kind === 'ld_imm64' && ref?.kind === 'func'
    if (!isSubprogCall(insn) && !pseudo) continue
    if (pseudo && env.subprogs[env.subprogAt[ref.insn]!]!.isAsyncCallback) continue
    const target = ref !== undefined && 'insn' in ref ? env.subprogAt[ref.insn]! : -1
    if (target < 0) continue
    if (env.subprogs[target]!.isExceptionCb && isSubprogCall(insn))
      reject('exception-cb-call', `insn ${at} cannot call exception cb directly`)
    if (here.length >= MAX_CALLS) reject('call-depth', `the call stack of ${here.length} frames is too deep !`)
    visit(env, target, here, total)
  }
}
