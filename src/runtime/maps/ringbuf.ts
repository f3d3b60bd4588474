// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_RINGBUF: records of any length in one ring, each behind a header of 8 bytes, at multiples of 8 (Documentation/bpf/ringbuf.rst).
//
//   header: u32 length, with bits BUSY (reserved) and DISCARD; u32 of the kernel's own, which nothing here needs
//
// Positions only grow; where one lies is its rest by the ring's size. A record that goes over the end goes on behind it: there is room
// for the whole ring once more, as the kernel maps its pages twice.

import type { Ring } from '../../jit/index.ts'
import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import {
  BUSY,
  compiledReserve,
  DISCARD,
  HEADER,
  MOST_BYTES,
  POSITIONS,
  positions,
  type Reserve,
} from './compiled-ring.ts'
import { RuntimeMap } from './map.ts'

const BPF_RB_NO_WAKEUP = 1
const BPF_RB_FORCE_WAKEUP = 2

export class RingBufferMap extends RuntimeMap {
  private readonly ring: number
  private readonly control: number
  /** bpf_ringbuf_reserve(), for programs. */
  readonly reserveCall: Reserve

  constructor(core: Core, def: MapDef) {
    super(core, def)
    this.ring = core.memory.allocate(2 * def.maxEntries, `ring of map ${def.name}`)
    this.control = core.memory.allocate(POSITIONS, `positions of map ${def.name}`)
    this.reserveCall = compiledReserve(core, this.shape)
  }

  /** For programs that reserve without a call. */
  get shape(): Ring {
    const { ring, control, def } = this
    return {
      ring,
      size: def.maxEntries,
      producer: control + positions.producer,
      consumer: control + positions.consumer,
      pending: control + positions.pending,
      limit: control + positions.limit,
      busy: BUSY,
      discarded: DISCARD,
      most: MOST_BYTES,
    }
  }

  /** Where `size` bytes may be written, until they are submitted; 0: there is no room for them. */
  reserve(size: number): number {
    return this.reserveCall(size | 0, Math.floor(size / 2 ** 32) | 0, 0, 0)
  }

  /** bpf_ringbuf_output(). */
  output(from: number, size: number, flags: number): number {
    if (flags > BPF_RB_NO_WAKEUP + BPF_RB_FORCE_WAKEUP) return -errno.EINVAL
    const sample = this.reserve(size)
    if (sample === 0) return -errno.EAGAIN
    this.core.memory.copy(sample, from, size)
    commitRecord(this.core, sample, kept)
    return 0
  }

  /** bpf_ringbuf_query(). */
  query(what: number): number {
    const [consumer, producer] = [this.position('consumer'), this.position('producer')]
    return [producer - consumer, this.def.maxEntries, consumer, producer][what] ?? 0
  }

  /** What was submitted and not read yet. A reader waits for the oldest record, whatever came behind it. */
  records(): Uint8Array[] {
    const found: Uint8Array[] = []
    this.walk(found)
    return found
  }
  /** The same; what it gives is read, and makes room. Records of one call are views of few buffers, each from its `byteOffset` on. */
  drain(): Uint8Array[] {
    const found: Uint8Array[] = []
    this.hasRead(this.walk(found))
    return found
  }
  /** As `drain`, with nothing copied: `each` is told where in `memory` a record begins and ends, which is good until it returns. */
  consume(each: (memory: Uint8Array, begin: number, end: number) => void): number {
    const end = this.position('producer')
    let at = this.position('consumer')
    let count = 0
    try {
      for (let row = this.rowEnd(at, end); row > at; row = this.rowEnd(at, end))
        while (at < row) {
          const { i32, u8 } = this.core.memory
          const place = this.at(at)
          const header = i32[place >> 2]!
          at += this.lengthAt(at)
          if ((header & DISCARD) !== 0) continue
          count++
          each(u8, place + HEADER, place + HEADER + header)
        }
    } finally {
      this.hasRead(at)
    }
    return count
  }

  private hasRead(to: number): void {
    this.setPosition('consumer', to)
    // what was read was committed
    if (this.position('pending') < to) this.setPosition('pending', to)
    this.setPosition('limit', to + this.def.maxEntries)
  }
  /** Where the first record lies that is not submitted, or none. */
  private walk(found: Uint8Array[]): number {
    const end = this.position('producer')
    let at = this.position('consumer')
    for (let row = this.rowEnd(at, end); row > at; row = this.rowEnd(at, end)) {
      this.takeRow(found, at, row)
      at = row
    }
    return at
  }
  /** Behind the records from there that were submitted and lie one behind the other. */
  private rowEnd(from: number, end: number): number {
    const { i32 } = this.core.memory
    const begin = this.at(from)
    let at = from
    for (let place = begin; at < end && place >= begin && (i32[place >> 2]! & BUSY) === 0; place = this.at(at))
      at += this.lengthAt(at)
    return at
  }
  /** As views of one copy: an array of its own for each costs ten times as much. */
  private takeRow(found: Uint8Array[], from: number, to: number): void {
    const begin = this.at(from)
    const copy = this.core.memory.read(begin, to - from)
    const { i32 } = this.core.memory
    for (let at = from; at < to; at += this.lengthAt(at)) {
      const header = i32[this.at(at) >> 2]!
      const data = this.at(at) - begin + HEADER
      if ((header & DISCARD) === 0) found.push(copy.subarray(data, data + header))
    }
  }
  private position(which: keyof typeof positions): number {
    return this.core.memory.integer(this.control + positions[which])
  }
  private setPosition(which: keyof typeof positions, to: number): void {
    this.core.memory.setNumber(this.control + positions[which], 8, to)
  }
  private at(position: number): number {
    // the size is a power of two
    return this.ring + (position & (this.def.maxEntries - 1))
  }
  private lengthAt(position: number): number {
    const size = this.core.memory.i32[this.at(position) >> 2]! & ~(BUSY | DISCARD)
    return (size + HEADER + 7) & ~7
  }

  override update(): number {
    return -errno.ENOTSUPP
  }
  override delete(): number {
    return -errno.ENOTSUPP
  }
  override userLookup(): number {
    return -errno.ENOTSUPP
  }
}

export const kept = { discard: false } as const
export const dropped = { discard: true } as const

/** bpf_ringbuf_submit() and bpf_ringbuf_discard(): what was reserved there can be read, or is passed over. */
export function commitRecord({ memory }: Core, sample: number, { discard }: { readonly discard: boolean }): void {
  const header = sample - HEADER
  const size = memory.i32[header >> 2]! & ~BUSY
  memory.i32[header >> 2] = discard ? size | DISCARD : size
}

/** BPF_MAP_TYPE_USER_RINGBUF: users put samples in, programs drain them. */
export class UserRingBufferMap extends RuntimeMap {
  private readonly samples: { readonly address: number; readonly size: number }[] = []
  private used = 0

  /** 0, or -E2BIG, -ENOSPC as libbpf's user_ring_buffer__reserve() has them. */
  send(sample: Uint8Array): number {
    const length = (sample.length + HEADER + 7) & ~7
    if (length > this.def.maxEntries) return -errno.E2BIG
    if (this.used + length > this.def.maxEntries) return -errno.ENOSPC
    const address = this.core.memory.allocate(Math.max(1, sample.length), `sample of map ${this.name}`)
    this.core.memory.write(address, sample)
    this.samples.push({ address, size: sample.length })
    this.used += length
    return 0
  }

  /** bpf_user_ringbuf_drain(): calls `each` with where a sample lies, until it answers not 0. How many were drained. */
  drain(each: (address: number, size: number) => number): number {
    let count = 0
    for (let sample = this.samples[0]; sample !== undefined && count < MOST_DRAINED; sample = this.samples[0]) {
      const { address, size } = sample
      count++
      const stop = each(address, size)
      this.samples.shift()
      this.used -= (size + HEADER + 7) & ~7
      this.core.memory.free(address)
      if (stop !== 0) break
    }
    return count
  }

  override update(): number {
    return -errno.ENOTSUPP
  }
  override delete(): number {
    return -errno.ENOTSUPP
  }
  override userLookup(): number {
    return -errno.ENOTSUPP
  }
}
/** BPF_MAX_USER_RINGBUF_SAMPLES */
const MOST_DRAINED = 128 << 10
