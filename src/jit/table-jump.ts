// SPDX-License-Identifier: Apache-2.0
// gotox, RFC 9669's jump through a register, as conditional jumps: by halves of where it may lead.

import { type Insn, makeInsn } from '../isa/index.ts'
import type { TableJump } from './input.ts'

/** jlt dst, imm of 64 bits. */
const JLT = 0xa5

/** `targets` are slots, at least one; the jumps that choose are put behind `insns`. */
export function tableJump(insns: Insn[], dst: number, targets: readonly number[]): TableJump {
  const sorted = [...new Set(targets)].sort((a, b) => a - b)
  const choose = (from: number, to: number): TableJump => {
    if (to - from === 1) return { kind: 'slot', slot: sorted[from]! }
    const middle = (from + to) >> 1
    const insn = insns.push(makeInsn({ code: JLT, dst, imm: sorted[middle]! })) - 1
    return { kind: 'choice', insn, taken: choose(from, middle), next: choose(middle, to) }
  }
  return choose(0, sorted.length)
}

/** All slots that it may lead to. */
export function slotsOf(jump: TableJump): readonly number[] {
  return jump.kind === 'slot' ? [jump.slot] : [...slotsOf(jump.taken), ...slotsOf(jump.next)]
}
