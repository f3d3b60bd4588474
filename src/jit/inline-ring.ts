// SPDX-License-Identifier: Apache-2.0
// Records of a ring reserved and submitted where the call would stand. There is no call even where the position that a record may not reach
// is behind: a call that is hardly ever made costs its loop all registers.

import type { Ring } from './inline-kinds.ts'
import type { Registers } from './registers.ts'
import type { Code } from './wasm/code.ts'

/** Before each record. */
const HEADER = 8

/** Where a record that is wanted is told, and locals to put something aside in. */
export interface Wanted {
  /** Of 64 bits. */
  pushSize(): Code
  pushFlags(): Code
  /** Of 64 bits. */
  readonly temp: number
  /** Of 32. */
  readonly address: number
  readonly aside: number
}

/** Leaves where the record lies, 32 bits; 0: there is no room for it, or it cannot be. */
export function writeReserve(code: Code, ring: Ring, { pushSize, pushFlags, temp, address, aside }: Wanted): void {
  const { producer, limit, busy, most } = ring
  const load = (position: number): Code => code.i32(position).memory('i64.load', 0)
  const pushPlace = (): Code =>
    code
      .i32(ring.size - 1)
      .op('i32.and')
      .i32(ring.ring)
      .op('i32.add')
  const roundUp = (): Code =>
    code
      .i32(HEADER + 7)
      .op('i32.add')
      .i32(-8)
      .op('i32.and', 'i64.extend_i32_u')
  const isBeyond = (): Code => {
    code.get(temp)
    return load(limit).op('i64.ge_u')
  }
  code.openBlock('i32')
  pushFlags().op('i64.eqz')
  pushSize().i64(most).op('i64.le_u', 'i32.and', 'i32.eqz').open('if').i32(0).br(1).op('end')
  load(producer).tee(temp).op('i32.wrap_i64').set(address)
  code.get(temp)
  pushSize().op('i32.wrap_i64')
  roundUp().op('i64.add').set(temp)
  isBeyond().open('if')
  writeLimit(code, ring, { load, pushPlace, roundUp, aside })
  isBeyond().open('if').i32(0).br(2).op('end', 'end')
  code.get(address)
  pushPlace().tee(address)
  pushSize().op('i32.wrap_i64').i32(busy).op('i32.or').memory('i32.store', 0)
  code.i32(producer).get(temp).memory('i64.store', 0)
  code.get(address).i32(HEADER).op('i32.add', 'end')
}

interface Parts {
  readonly load: (position: number) => Code
  readonly pushPlace: () => Code
  readonly roundUp: () => Code
  readonly aside: number
}

/** Over what was submitted since, and a ring on from there, or from who reads if that is less. */
function writeLimit(code: Code, ring: Ring, { load, pushPlace, roundUp, aside }: Parts): void {
  const { size, producer, consumer, pending, limit, busy, discarded } = ring
  code.open('block').open('loop')
  load(pending)
  load(producer).op('i64.ge_u').brIf(1)
  load(pending).op('i32.wrap_i64')
  pushPlace().memory('i32.load', 0).tee(aside).i32(busy).op('i32.and').brIf(1)
  code.i32(pending)
  load(pending).get(aside).i32(~discarded).op('i32.and')
  roundUp().op('i64.add').memory('i64.store', 0).br(0).op('end', 'end')
  code.i32(limit)
  load(pending)
  load(consumer)
  load(pending)
  load(consumer).op('i64.lt_u', 'select').i64(size).op('i64.add').memory('i64.store', 0)
}

export function lowerReserve(registers: Registers, ring: Ring, at: number): void {
  const { temp, address, aside } = registers.locals
  writeReserve(registers.code, ring, {
    pushSize: () => registers.whole(2),
    pushFlags: () => registers.whole(3),
    temp,
    address,
    aside,
  })
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
