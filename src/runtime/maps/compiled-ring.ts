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
const MOST_BYTES = 0x3fff_ffff
/** Positions, of 64 bits: where the next record begins, where who reads is, and where the oldest one is that is not committed. */
export const positions = { producer: 0, consumer: 8, pending: 16 } as const

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
export function compiledReserve(core: Core, { ring, size: total, control, owner }: RingShape): Reserve {
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
  for (const from of [positions.consumer, positions.pending]) {
    code.get(producer).get(length).op('i64.extend_i32_u', 'i64.add')
    load(from)
    code.op('i64.sub').i64(total).op('i64.ge_u')
    none()
  }
  place(producer)
  code.tee(header).get(size).i32(BUSY).op('i32.or').memory('i32.store', 0)
  code.get(header).i32(owner).memory('i32.store', 4)
  code.i32(control).get(producer).get(length).op('i64.extend_i32_u', 'i64.add').memory('i64.store', positions.producer)
  code.get(header).i32(HEADER).op('i32.add').op('end')
  const type: FunctionType = { params: ['i32', 'i32', 'i32', 'i32'], result: 'i32' }
  return instance(core, { type, locals: ['i32', 'i32', 'i64', 'i64'], body: code }) as Reserve
}

/** bpf_ringbuf_submit(): where the record lies. */
export const compiledSubmit = remember((core: Core): ((sample: number) => void) => {
  const code = new Code()
  code.get(0).i32(HEADER).op('i32.sub').tee(1).get(1).memory('i32.load', 0).i32(~BUSY).op('i32.and')
  code.memory('i32.store', 0).op('end')
  const type: FunctionType = { params: ['i32'], result: undefined }
  return instance(core, { type, locals: ['i32'], body: code }) as (sample: number) => void
})
