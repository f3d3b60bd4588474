// SPDX-License-Identifier: Apache-2.0
// Kernels that count frames afresh in every global function ask first that no function comes round to itself by calls; addresses of
// functions do not count. Which call is named follows from the order they are looked at: depth first from the first function on, each
// body's instructions in postorder.

import type { Env } from '../env.ts'
import { reject } from '../report.ts'
import { isSubprogCall, jumpTarget } from './flow.ts'

/** No function calls itself, directly or through others. */
export function requireNoRecursion(env: Env): void {
  const { subprogs } = env
  if (subprogs.length === 1) return
  const order = postorder(env)
  const state = new Uint8Array(subprogs.length)
  for (let root = 0; root < subprogs.length; root++) {
    if (state[root] !== NEW) continue
    state[root] = OPEN
    const chain = [{ index: root, callees: calleesOf(env, order[root]!), next: 0 }]
    for (let top = chain.at(-1); top !== undefined; top = chain.at(-1)) {
      const callee = top.callees[top.next++]
      if (callee === undefined) {
        state[top.index] = DONE
        chain.pop()
      } else if (state[callee.index] === NEW) {
        state[callee.index] = OPEN
        chain.push({ index: callee.index, callees: calleesOf(env, order[callee.index]!), next: 0 })
      } else if (state[callee.index] === OPEN && callee.called) {
        env.insn = callee.at
        const [from, to] = [subprogs[top.index]!.name, subprogs[callee.index]!.name]
        reject('recursion', `recursive call from ${from}() to ${to}()`)
      }
    }
  }
}

const [NEW, OPEN, DONE] = [0, 1, 2]

function calleesOf(env: Env, order: readonly number[]): readonly { index: number; called: boolean; at: number }[] {
  return order.flatMap((at) => {
    const called = isSubprogCall(env.insns[at]!)
    const ref = env.prog.refs.get(at)
    if (!called && ref?.kind !== 'func') return []
    return ref !== undefined && 'insn' in ref ? [{ index: env.subprogAt[ref.insn]!, called, at }] : []
  })
}

/** The instructions of each subprogram that its start leads to, in postorder: what falls through is put aside before what is jumped to. */
function postorder(env: Env): readonly (readonly number[])[] {
  const { insns } = env
  const discovered = new Uint8Array(insns.length)
  const explored = new Uint8Array(insns.length)
  return env.subprogs.map(({ start }) => {
    const order: number[] = []
    const stack = [start]
    const push = (to: number): void => {
      if (to >= insns.length || discovered[to] === 1) return
      discovered[to] = 1
      stack.push(to)
    }
    discovered[start] = 1
    for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
      if (explored[at] === 1) {
        order.push(at)
        stack.pop()
        continue
      }
      explored[at] = 1
      const insn = insns[at]!
      const { kind } = insn.op
      if (kind !== 'exit' && kind !== 'ja') push(at + (kind === 'ld_imm64' ? 2 : 1))
      const target = jumpTarget(insn, at)
      if (target !== undefined) push(target)
    }
    return order
  })
}
