// SPDX-License-Identifier: Apache-2.0
// What instructions make of values, by RFC 9669's sentences. Registers are BigInts of 64 bits without sign.

import type { Insn } from '../isa/index.ts'

/** What an arithmetic instruction leaves in its destination. */
export function alu(insn: Insn, regs: readonly bigint[]): bigint {
  const { op, dst, src, imm } = insn
  const bits = op.width
  const unsigned = (value: bigint): bigint => BigInt.asUintN(bits, value)
  const signed = (value: bigint): bigint => BigInt.asIntN(bits, value)
  const a = unsigned(regs[dst]!)
  const b = unsigned(op.source === 'imm' ? BigInt(imm) : regs[src]!)
  const by = b & BigInt(bits - 1)
  switch (op.name) {
    case 'add':
      return unsigned(a + b)
    case 'sub':
      return unsigned(a - b)
    case 'mul':
      return unsigned(a * b)
    case 'div':
      return b === 0n ? 0n : a / b
    case 'mod':
      return b === 0n ? a : a % b
    case 'sdiv':
      return b === 0n ? 0n : unsigned(signed(a) / signed(b))
    case 'smod':
      return b === 0n ? a : unsigned(signed(a) % signed(b))
    case 'or':
      return a | b
    case 'and':
      return a & b
    case 'xor':
      return a ^ b
    case 'lsh':
      return unsigned(a << by)
    case 'rsh':
      return a >> by
    case 'arsh':
      return unsigned(signed(a) >> by)
    case 'neg':
      return unsigned(-a)
    case 'mov':
      return b
    case 'movsx':
      return unsigned(BigInt.asIntN(op.size * 8, b))
    default:
      return swapped(insn, regs[dst]!)
  }
}

function swapped({ op }: Insn, value: bigint): bigint {
  return op.name === 'le' ? BigInt.asUintN(op.size * 8, value) : turned(value, op.size)
}

/** The low `size` bytes the other way around. */
export function turned(value: bigint, size: number): bigint {
  let out = 0n
  for (let byte = 0; byte < size; byte++) out = (out << 8n) | ((value >> BigInt(8 * byte)) & 0xffn)
  return out
}

/** Whether a conditional jump jumps. */
export function isTaken({ op, dst, src, imm }: Insn, regs: readonly bigint[]): boolean {
  const other = op.source === 'imm' ? BigInt(imm) : regs[src]!
  const read = (value: bigint): bigint => (op.signed ? BigInt.asIntN(op.width, value) : BigInt.asUintN(op.width, value))
  const [a, b] = [read(regs[dst]!), read(other)]
  switch (op.name) {
    case 'jeq':
      return a === b
    case 'jne':
      return a !== b
    case 'jset':
      return (a & b) !== 0n
    case 'jgt':
    case 'jsgt':
      return a > b
    case 'jge':
    case 'jsge':
      return a >= b
    case 'jlt':
    case 'jslt':
      return a < b
    default:
      return a <= b
  }
}

/** What an atomic instruction leaves in memory. */
export function combined(name: string, old: bigint, operand: bigint): bigint {
  switch (name) {
    case 'add':
      return old + operand
    case 'or':
      return old | operand
    case 'and':
      return old & operand
    case 'xor':
      return old ^ operand
    default:
      return operand
  }
}
