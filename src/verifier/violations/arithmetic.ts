// SPDX-License-Identifier: Apache-2.0
// Arithmetic, on pointers above all.

import type { Reg } from './row.ts'
import type { Wording } from './wording.ts'

export const arithmeticViolations = {
  'div-zero': () => 'div by zero',
  shift: ({ by }: { by: number }) => `invalid shift ${by}`,
  invariants: ({ where, what, ranges }: { where: string; what: string; ranges: string }, w: Wording) =>
    `${w.bugWords ? 'verifier bug: ' : ''}REG INVARIANTS VIOLATION (${where}): ${what} ${ranges}`,
  'arena-mixed': () => 'same insn cannot be used with and without arena pointer',
  'arena-cast': () => 'addr_space_cast insn can only be used in a program that has an associated arena',
  'pointer-pointer': ({ reg, operator }: Reg & { operator: string }) =>
    `R${reg} pointer ${operator} pointer prohibited`,
  'pointer-alu32': ({ reg }: Reg) => `R${reg} 32-bit pointer arithmetic prohibited`,
  'null-arithmetic': ({ reg, type }: Reg & { type: string }) =>
    `R${reg} pointer arithmetic on ${type} prohibited, null-check it first`,
  'pointer-kind': ({ reg, type }: Reg & { type: string }) => `R${reg} pointer arithmetic on ${type} prohibited`,
  'pointer-sub': ({ reg }: Reg) => `R${reg} tried to subtract pointer from scalar`,
  'stack-sub': ({ reg }: Reg) => `R${reg} subtraction from stack pointer prohibited`,
  'pointer-bitwise': ({ reg, operator }: Reg & { operator: string }) =>
    `R${reg} bitwise operator ${operator} on pointer prohibited`,
  'pointer-operator': ({ reg, operator }: Reg & { operator: string }) =>
    `R${reg} pointer arithmetic with ${operator} operator prohibited`,
  'offset-range': {
    pointer: ({ type, off }: { type: string; off: bigint | number }) => `${type} pointer offset ${off} is not allowed`,
    constant: ({ type, value }: { type: string; value: bigint }) =>
      `math between ${type} pointer and ${value} is not allowed`,
    unbounded: ({ type }: { type: string }) =>
      `math between ${type} pointer and register with unbounded min value is not allowed`,
    value: ({ smin, type }: { smin: bigint; type: string }) => `value ${smin} makes ${type} pointer be out of bounds`,
  },
} as const
