// SPDX-License-Identifier: Apache-2.0
// Records of a ring reserved and submitted without a call. The position that a record may not reach may be behind: whoever is called moves it
// on, if it can be. What comes out is the same.

import type { Inline } from './inline-kinds.ts'
import type { Registers } from './registers.ts'

/** Before each record. */
const HEADER = 8
const RESULT = 'i32'

export function lowerReserve(
  registers: Registers,
  { ring, size, producer, limit, owner, busy, most }: Extract<Inline, { kind: 'ring-reserve' }>,
  { at, call }: { readonly at: number; readonly call: () => void },
): void {
  const { code, locals } = registers
  code.openBlock(RESULT).open('block')
  // no flags, and a length that may be
  registers.whole(3).op('i64.eqz')
  registers.whole(2).i64(most).op('i64.le_u', 'i32.and', 'i32.eqz').open('if').i32(0).br(2).op('end')
  // where its end would be: before the limit, or who is called has a look
  code.i32(producer).memory('i64.load', 0).tee(locals.temp).op('i32.wrap_i64').set(locals.address)
  code.get(locals.temp)
  registers.low(2).i32(HEADER + 7)
  code.op('i32.add').i32(-8).op('i32.and', 'i64.extend_i32_u', 'i64.add').set(locals.temp)
  code.get(locals.temp).i32(limit).memory('i64.load', 0).op('i64.ge_u').brIf(0)
  code.get(locals.address).i32(size - 1)
  code.op('i32.and').i32(ring).op('i32.add').tee(locals.address)
  registers.whole(2).i64((BigInt(owner) << 32n) | BigInt(busy))
  code.op('i64.or').memory('i64.store', 0)
  code.i32(producer).get(locals.temp).memory('i64.store', 0)
  code.get(locals.address).i32(HEADER).op('i32.add').br(1).op('end')
  call()
  code.op('end')
  registers.setLow(at, 0)
}

export function lowerSubmit(registers: Registers, at: number): void {
  const { code, locals } = registers
  registers.low(1).i32(HEADER).op('i32.sub').tee(locals.address)
  // the highest bit is that it is busy
  code.get(locals.address).memory('i32.load', 0).i32(0x7fff_ffff).op('i32.and').memory('i32.store', 0)
  code.i32(0)
  registers.setLow(at, 0)
}
