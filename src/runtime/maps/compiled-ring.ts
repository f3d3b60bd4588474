// SPDX-License-Identifier: Apache-2.0
// Ring buffers' ways for programs, as WebAssembly. What they keep in memory is ringbuf.ts's.

import { Code, type FunctionType } from '../../jit/index.ts'
import type { Core } from '../core/core.ts'
import { remember } from '../core/remember.ts'
import { instance } from './compiled.ts'

/** Before each record: its length and these bits, then the map's address. */
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

export interface RingShape {
  readonly ring: number
  readonly size: number
  /** Where the positions lie. */
  readonly control: number
  /** What the second half of headers says. */
  readonly owner: number
}
/** A size and flags, as halves of 64 bits; 0 where there is no room. */
export type Reserve = (size: number, sizeHigh: number, flags: number, flagsHigh: number) => number

/** bpf_ringbuf_reserve(). */
export function compiledReserve(core: Core, shape: RingShape): Reserve {
  const { ring, size: total, control, owner } = shape
  const [size, sizeHigh, flags, flagsHigh, length, header, producer, pending] = [0, 1, 2, 3, 4, 5, 6, 7]
  const code = new Code()
  const none = (): void => {
    code.open('if').i32(0).op('return', 'end')
  }
  const load = (position: number): void => {
    code.i32(control).memory('i64.load', position)
  }
  const place = (position: number): void => {
    code
      .get(position)
      .op('i32.wrap_i64')
      .i32(total - 1)
      .op('i32.and')
      .i32(ring)
      .op('i32.add')
  }
  const roomFor = (): void => {
    code
      .i32(HEADER + 7)
      .op('i32.add')
      .i32(-8)
      .op('i32.and')
  }
  code.get(sizeHigh).get(flags).get(flagsHigh).op('i32.or', 'i32.or')
  none()
  code.get(size).i32(MOST_BYTES).op('i32.gt_u')
  none()
  code.get(size)
  roomFor()
  code.tee(length).i32(total).op('i32.gt_u')
  none()
  load(positions.producer)
  code.set(producer)
  load(positions.pending)
  code.set(pending)
  // over what was committed since
  code.open('block').open('loop')
  code.get(pending).get(producer).op('i64.ge_u').brIf(1)
  place(pending)
  code.memory('i32.load', 0).tee(header).i32(0).op('i32.lt_s').brIf(1)
  code.get(pending).get(header).i32(~DISCARD).op('i32.and')
  roomFor()
  code.op('i64.extend_i32_u', 'i64.add').set(pending).br(0).op('end', 'end')
  code.i32(control).get(pending).memory('i64.store', positions.pending)
  // the position behind it, less than a whole ring from the reader and from what is pending
  code.get(pending)
  load(positions.consumer)
  code.get(pending)
  load(positions.consumer)
  code.op('i64.lt_u', 'select').i64(total).op('i64.add').set(pending)
  code.i32(control).get(pending).memory('i64.store', positions.limit)
  code.get(producer).get(length).op('i64.extend_i32_u', 'i64.add').get(pending).op('i64.ge_u')
  none()
  place(producer)
  code.tee(header).get(size).i32(BUSY).op('i32.or').memory('i32.store', 0)
  code.get(header).i32(owner).memory('i32.store', 4)
  code.i32(control).get(producer).get(length).op('i64.extend_i32_u', 'i64.add').memory('i64.store', positions.producer)
  code.get(header).i32(HEADER).op('i32.add').op('end')
  const type: FunctionType = { params: ['i32', 'i32', 'i32', 'i32'], result: 'i32' }
  const compiled = instance(core, { type, locals: ['i32', 'i32', 'i64', 'i64'], body: code }) as Reserve | undefined
  return compiled ?? plainReserve(core, shape)
}

/** The same where nothing may be compiled. */
function plainReserve(core: Core, { ring, size: total, control, owner }: RingShape): Reserve {
  const { memory } = core
  const position = (which: keyof typeof positions): number => Number(memory.number(control + positions[which], 8))
  const set = (which: keyof typeof positions, to: number): void => memory.setNumber(control + positions[which], 8, to)
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
    memory.setU32(header + 4, owner)
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
