// SPDX-License-Identifier: Apache-2.0
// After the walk the kernel rewrites the program for its JIT; what that cannot do is refused last, whatever the paths were.

import type { Env } from './env.ts'
import { roleAt } from './explore/flow.ts'
import { checkJumpRoom } from './jump-room.ts'
import { reject } from './report.ts'

/** Only insns that some path met: the kernel has removed the others by then. */
export function checkRewrites(env: Env): void {
  if (!env.rules.signedArenaLoads) checkArenaLoads(env)
  checkJumpRoom(env)
  checkFunctionAddresses(env)
}

function checkArenaLoads(env: Env): void {
  for (let i = 0; i < env.insns.length; i++) {
    const { op } = env.insns[i]!
    const { seen, ptrKind } = env.note(i)
    if (!seen || op.kind !== 'load' || !op.signed || ptrKind !== 'arena') continue
    env.insn = i
    reject('arena-signed-load', 'sign extending loads from arena are not supported yet')
  }
}

/**
 * A function that no path entered is removed. Its address, if loaded, is then that of the function after it, or of none: until
 * 6.15 the kernel answers EFAULT without a word. A program that is left with one function is not looked at.
 */
function checkFunctionAddresses(env: Env): void {
  const seen = (insn: number): boolean => env.note(insn).seen
  const others = env.subprogs.some(({ start }, i) => i > 0 && seen(start))
  if (!others && !throwsByDefault(env)) return
  for (const [i, ref] of env.prog.refs) {
    if (ref.kind !== 'func' || !seen(i) || env.subprogs.some(({ start }) => start >= ref.insn && seen(start))) continue
    env.insn = i
    reject(
      'function-removed',
      env.rules.bugsTold ? `verifier bug: No program to jit at insn ${ref.insn} (subprog < 0)` : '',
    )
  }
}

/** The kernel adds a function of its own for what bpf_throw leads to. */
const throwsByDefault = (env: Env): boolean =>
  env.exceptionCb < 0 && env.insns.some((_, i) => env.note(i).seen && roleAt(env, i) === 'throw')
