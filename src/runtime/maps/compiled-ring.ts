// SPDX-License-Identifier: Apache-2.0
// Ring buffers' ways for programs, as WebAssembly. What they keep in memory is ringbuf.ts's.

import { Code, type FunctionType, type Ring, writeReserve } from '../../jit/index.ts'
import type { Core } from '../core/core.ts'
import { remember } from '../core/remember.ts'
import { instance } from './compiled.ts'

/** Before each record: its length and these bits, then 4 bytes that nothing needs. */
export const HEADER = 8
export const BUSY = 0x8000_0000
export const DISCARD = 0x4000_0000
/** The longest record there can be: a quarter of what a u32 counts. */
export const MOST_BYTES = 0x3fff_ffff
/**
 * Positions, of 64 bits: where the next record begins, where who reads is, one before which all are committed, and one before which a record
 * may end: a ring behind the lesser of the two before, as they were when it was read or a program reserved by a call. They only grow, so that
 * there is room before it whatever has happened since, and programs that reserve without a call ask for no more.
 */
export const positions = { producer: 0, consumer: 8, pending: 16, limit: 24 } as const
/** Bytes that they take. */
export const POSITIONS = 32

/** A size and flags, as halves of 64 bits; 0 where there is no room. */
export type Reserve = (size: number, sizeHigh: number, flags: number, flagsHigh: number) => number

/** bpf_ringbuf_reserve(), as it stands in programs. */
export function compiledReserve(core: Core, ring: Ring): Reserve {
  const [size, sizeHigh, flags, flagsHigh, address, aside, temp] = [0, 1, 2, 3, 4, 5, 6] as const
  const code = new Code()
  const pushHalves = (low: number, high: number): Code =>
    code.get(low).op('i64.extend_i32_u').get(high).op('i64.extend_i32_u').i64(32).op('i64.shl', 'i64.or')
  writeReserve(code, ring, {
    pushSize: () => pushHalves(size, sizeHigh),
    pushFlags: () => pushHalves(flags, flagsHigh),
    address,
    aside,
    temp,
  })
  const type: FunctionType = { params: ['i32', 'i32', 'i32', 'i32'], result: 'i32' }
  const locals = ['i32', 'i32', 'i64'] as const
  return (instance(core, { type, locals, body: code.op('end') }) as Reserve | undefined) ?? plainReserve(core, ring)
}

/** The same where nothing may be compiled. */
export function plainReserve({ memory }: Core, shape: Ring): Reserve {
  const { ring, size: total } = shape
  type Position = 'producer' | 'consumer' | 'pending'
  const position = (which: Position): number => Number(memory.number(shape[which], 8))
  const set = (which: Position, to: number): void => memory.setNumber(shape[which], 8, to)
  // the size is a power of two
  const place = (at: number): number => ring + (at % total)
  const roomFor = (size: number): number => Math.ceil((size + HEADER) / 8) * 8
  return (size, sizeHigh, flags, flagsHigh) => {
    const length = roomFor(size >>> 0)
    if ((sizeHigh | flags | flagsHigh) !== 0 || size >>> 0 > MOST_BYTES || length > total) return 0
    const producer = position('producer')
    let pending = position('pending')
    while (pending < producer) {
      const header = memory.u32(place(pending))
      if (header >= BUSY) break
      pending += roomFor(header & ~DISCARD)
    }
    set('pending', pending)
    const end = producer + length
    if (end - position('consumer') >= total || end - pending >= total) return 0
    const header = place(producer)
    memory.setU32(header, (size | BUSY) >>> 0)
    set('producer', end)
    return header + HEADER
  }
}

/** bpf_ringbuf_submit(): where the record lies. */
export const compiledSubmit = remember((core: Core): ((sample: number) => void) => {
  const code = new Code()
  code.get(0).i32(HEADER).op('i32.sub').tee(1).get(1).memory('i32.load', 0).i32(~BUSY).op('i32.and')
  code.memory('i32.store', 0).op('end')
  const type: FunctionType = { params: ['i32'], result: undefined }
  const compiled = instance(core, { type, locals: ['i32'], body: code }) as ((sample: number) => void) | undefined
  const { memory } = core
  return compiled ?? ((sample) => memory.setU32(sample - HEADER, memory.u32(sample - HEADER) & ~BUSY))
})
