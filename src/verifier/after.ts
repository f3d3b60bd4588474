// SPDX-License-Identifier: Apache-2.0
// After the walk the kernel rewrites the program for its JIT; what that cannot do is refused last, whatever the paths were.

import type { Env } from './env.ts'
import { reject } from './report.ts'

/** Only insns that some path met: the kernel has removed the others by then. */
export function checkRewrites(env: Env): void {
  if (!env.rules.signedArenaLoads) checkArenaLoads(env)
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
 * A function that no path entered is removed; where others are left its address can then not be resolved. Until 6.15 the kernel
 * answers EFAULT without a word.
 */
function checkFunctionAddresses(env: Env): void {
  if (!env.subprogs.some(({ start }, i) => i > 0 && env.note(start).seen)) return
  for (const [i, ref] of env.prog.refs) {
    if (ref.kind !== 'func' || !env.note(i).seen || env.note(ref.insn).seen) continue
    env.insn = i
    reject(
      'function-removed',
      env.rules.bugsTold ? `verifier bug: No program to jit at insn ${ref.insn} (subprog < 0)` : '',
    )
  }
}
