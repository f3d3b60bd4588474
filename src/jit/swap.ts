// SPDX-License-Identifier: Apache-2.0
// Bytes turned around: Wasm has no instruction for it.

import type { Code } from './wasm/code.ts'

/** The low bytes of a local of 64 bits the other way around, others zero. It is changed. */
export function pushTurned(code: Code, local: number, size: 2 | 4 | 8): void {
  if (size === 8) {
    // bytes within pairs, pairs within halves, the halves
    swapWithin(code, local, 8, 0x00ff00ff00ff00ffn)
    swapWithin(code.set(local), local, 16, 0x0000ffff0000ffffn)
    code.i64(32).op('i64.rotl')
    return
  }
  if (size === 2) {
    turnPair(code.get(local).op('i32.wrap_i64').i32(0xffff).op('i32.and'))
    return void code.op('i64.extend_i32_u')
  }
  pushRotated(code.get(local).op('i32.wrap_i64'), 8, 0x00ff00ff)
  pushRotated(code.get(local).op('i32.wrap_i64'), 24, 0xff00ff00)
  code.op('i32.or', 'i64.extend_i32_u')
}

/** The same of a local of 32 bits, of which the lowest `bits` may be set. */
export function pushTurnedLow(
  code: Code,
  local: number,
  { size, bits }: { readonly size: 2 | 4; readonly bits: 16 | 32 },
): void {
  if (size === 2) {
    code.get(local)
    if (bits > 16) code.i32(0xffff).op('i32.and')
    return turnPair(code)
  }
  pushRotated(code.get(local), 8, 0x00ff00ff)
  pushRotated(code.get(local), 24, 0xff00ff00)
  code.op('i32.or')
}

/** The two bytes on the stack, 32 bits of which others are zero: the product has the lower one at its end, before it the upper one. */
export const turnPair = (code: Code): void => void code.i32(0x01000100).op('i32.mul').i32(16).op('i32.shr_u')

const pushRotated = (code: Code, by: number, mask: number): Code => code.i32(by).op('i32.rotl').i32(mask).op('i32.and')

function swapWithin(code: Code, local: number, by: number, mask: bigint): void {
  code.get(local).i64(mask).op('i64.and').i64(by).op('i64.shl')
  code.get(local).i64(by).op('i64.shr_u').i64(mask).op('i64.and', 'i64.or')
}
