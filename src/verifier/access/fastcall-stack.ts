// SPDX-License-Identifier: Apache-2.0
// The slots of pairs around bpf_fastcall calls, as the walk touches them.

import { FASTCALL, NO_FASTCALL_STACK } from '../program/program.ts'
import type { Walk } from '../engine/walk.ts'

/** Something reads or writes the stack from `off` up: if it is no part of a pair and reaches their slots, none is dropped. */
export function touchesFastcallStack(walk: Walk, subprog: number, off: number): void {
  const use = walk.useOf(subprog)
  if (use.fastcallOff <= off || walk.program.is(walk.insn, FASTCALL)) return
  use.fastcallOff = NO_FASTCALL_STACK
  use.fastcallDropped = false
}

/** After exploration: the stack that is left. */
export function dropFastcallStack(walk: Walk): void {
  for (const subprog of walk.program.subprogs) {
    const use = walk.useOf(subprog.index)
    if (use.fastcallDropped && !subprog.fastcall.kept) use.stackDepth = -use.fastcallOff
  }
}
