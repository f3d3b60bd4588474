// SPDX-License-Identifier: Apache-2.0
// What stands in place of a call, where that is a few instructions. The interpreter calls instead, and comes to the same.

import { ADDRESS, localOf, NEXT } from './locals.ts'
import type { Code } from './wasm/code.ts'

export type Inline =
  /** r2 leads to an index of 32 bits; r0 is where that element lies, 0 where there is none. */
  | { readonly kind: 'array-lookup'; readonly first: number; readonly stride: number; readonly count: number }
  /** r1 leads to two numbers of 32 bits, the last that was given and the end; r0 is r1 where there is a next, which is kept, else 0. */
  | { readonly kind: 'iter-num-next' }

export function lowerInline(code: Code, inline: Inline): void {
  if (inline.kind === 'array-lookup') {
    code.get(localOf(2)).op('i32.wrap_i64').memory('i32.load', 0).tee(ADDRESS).i32(inline.count)
    code.op('i32.lt_u').openValue('i32').get(ADDRESS).i32(inline.stride).op('i32.mul')
    code.i32(inline.first).op('i32.add', 'else').i32(0).op('end', 'i64.extend_i32_u').set(localOf(0))
    return
  }
  code.get(localOf(1)).op('i32.wrap_i64').tee(ADDRESS).memory('i32.load', 0).i32(1).op('i32.add').set(NEXT)
  code.get(NEXT).get(ADDRESS).memory('i32.load', 4).op('i32.ge_s').open('if')
  code.get(ADDRESS).i64(0).memory('i64.store', 0).i64(0).set(localOf(0)).op('else')
  code.get(ADDRESS).get(NEXT).memory('i32.store', 0).get(ADDRESS).op('i64.extend_i32_u').set(localOf(0)).op('end')
}
