// SPDX-License-Identifier: Apache-2.0
// After the walk the kernel rewrites the program for its JIT; what that cannot do is refused last, whatever the paths were.

import type { Walk } from '../engine/walk.ts'
import { kfuncContractAt } from '../program/flow.ts'
import { checkJumpRoom } from './jump-room.ts'
import { violate } from '../violations/raise.ts'

/** Only insns that some path met: the kernel has removed the others by then. */
export function checkRewrites(walk: Walk): void {
  if (!walk.model.rules.signedArenaLoads) checkArenaLoads(walk)
  checkJumpRoom(walk)
  checkFunctionAddresses(walk)
}

function checkArenaLoads(walk: Walk): void {
  for (let i = 0; i < walk.program.insns.length; i++) {
    const { op } = walk.program.insns[i]!
    if (op.kind !== 'load' || !op.signed || walk.pointersMet[i]?.kind !== 'arena') continue
    walk.insn = i
    violate('arena-signed-load')
  }
}

/**
 * A function that no path entered is removed. Its address, if loaded, is then that of the function after it, or of none: until
 * 6.15 the kernel answers EFAULT without a word. A program that is left with one function is not looked at.
 */
function checkFunctionAddresses(walk: Walk): void {
  const seen = (insn: number): boolean => walk.seen[insn] === 1
  const others = walk.program.subprogs.some(({ start }, i) => i > 0 && seen(start))
  if (!others && !throwsByDefault(walk)) return
  for (const [i, ref] of walk.program.linked.refs) {
    if (ref.kind !== 'func' || !seen(i) || walk.program.subprogs.some(({ start }) => start >= ref.insn && seen(start)))
      continue
    walk.insn = i
    violate('function-removed', { insn: ref.insn })
  }
}

/** The kernel adds a function of its own for what bpf_throw leads to. */
const throwsByDefault = (walk: Walk): boolean =>
  walk.program.exceptionCb < 0 &&
  walk.program.insns.some((_, i) => walk.seen[i] === 1 && kfuncContractAt(walk.program, i)?.effects.throws)
