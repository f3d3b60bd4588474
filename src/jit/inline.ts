// SPDX-License-Identifier: Apache-2.0
// What stands in place of a call, where that is a few instructions. The interpreter calls instead, and comes to the same.

import type { Registers } from './registers.ts'

export type Inline =
  /** r2 leads to an index of 32 bits; r0 is where that element lies, 0 where there is none. */
  | { readonly kind: 'array-lookup'; readonly first: number; readonly stride: number; readonly count: number }
  /** r1 leads to two numbers of 32 bits, the last that was given and the end; r0 is r1 where there is a next, which is kept, else 0. */
  | { readonly kind: 'iter-num-next' }

/** Of the call at an instruction. */
export function lowerInline(registers: Registers, inline: Inline, at: number): void {
  const { code } = registers
  const { address, aside } = registers.locals
  if (inline.kind === 'array-lookup') {
    registers.low(2).memory('i32.load', 0).tee(address).i32(inline.count)
    code.op('i32.lt_u').openValue('i32').get(address).i32(inline.stride).op('i32.mul')
    code.i32(inline.first).op('i32.add', 'else').i32(0).op('end')
    return registers.setLow(at, 0)
  }
  registers.low(1).tee(address).memory('i32.load', 0).i32(1).op('i32.add').set(aside)
  code.get(aside).get(address).memory('i32.load', 4).op('i32.ge_s').openValue('i32')
  code.get(address).i64(0).memory('i64.store', 0).i32(0).op('else')
  code.get(address).get(aside).memory('i32.store', 0).get(address).op('end')
  registers.setLow(at, 0)
}
