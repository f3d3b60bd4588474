// SPDX-License-Identifier: Apache-2.0
// Instructions one behind the other that together are something that WebAssembly, or the processor, has a shorter way for. Only those that
// stand together in one block: nothing can lead between them.

import type { Insn } from '../isa/index.ts'
import type { Registers } from './registers.ts'

/**
 * A rotation, whose last two instructions are one: of `y`, whose copy was shifted the other way,
 *
 *     x = y; x >>= 64 - n; y <<= n; y |= x        or with the shifts the other way round, and in 32 bits
 *
 * is y rotated by n to the left. The upper half of y is read by the shift to the right, so that it is there.
 */
export interface Rotation {
  readonly register: number
  readonly left: number
  readonly width: 32 | 64
}

/** At the third of the four; `first`: where the block begins. */
export function rotationAt(insns: readonly Insn[], at: number, first: number): Rotation | undefined {
  if (at - 2 < first) return undefined
  const shift = insns[at]!
  const { op, dst: y } = shift
  const { width } = op
  if (!isShift(shift) || width === 0) return undefined
  const [copy, other, union] = [insns[at - 2]!, insns[at - 1]!, insns[at + 1]]
  if (union === undefined || union.op.name !== 'or' || union.op.width !== width || union.op.source !== 'reg')
    return undefined
  const x = union.src
  if (union.dst !== y || x === y || other.dst !== x || copy.dst !== x || copy.src !== y) return undefined
  if (copy.op.name !== 'mov' || copy.op.source !== 'reg' || copy.op.width < width) return undefined
  if (!isShift(other) || other.op.width !== width || other.op.name === op.name) return undefined
  if (shift.imm + other.imm !== width) return undefined
  return { register: y, left: op.name === 'lsh' ? shift.imm : other.imm, width }
}

const isShift = ({ op, imm }: Insn): boolean =>
  (op.name === 'lsh' || op.name === 'rsh') && op.source === 'imm' && imm > 0 && imm < op.width

/** `at`: of the last of them. */
export function lowerRotation(registers: Registers, { register, left, width }: Rotation, at: number): void {
  if (width === 32) {
    registers.low(register).i32(left).op('i32.rotl')
    return registers.setLow(at, register)
  }
  registers.whole(register).i64(left).op('i64.rotl')
  registers.setWhole(at, register)
}

/** Two bytes are loaded and turned around: those two bytes are loaded, each to its place. */
export function isTurnedLoad(insns: readonly Insn[], at: number): boolean {
  const [load, turn] = [insns[at]!, insns[at + 1]]
  if (load.op.kind !== 'load' || load.op.size !== 2 || load.op.signed || turn?.op.kind !== 'alu') return false
  return (turn.op.name === 'be' || turn.op.name === 'bswap') && turn.op.size === 2 && turn.dst === load.dst
}
