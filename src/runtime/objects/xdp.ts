// SPDX-License-Identifier: Apache-2.0
// struct xdp_buff: a packet in a page, and in further ones where it is in fragments.
//
//   hard_start      data_meta  data           data_end
//   | 256 bytes     | metadata | packet       | room, then skb_shared_info
//
// What is in the first page programs reach directly, the rest by helpers and dynptrs.

import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { createObject, fieldNumber, setFields, setKnownFields } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { loopback } from './net.ts'

const FRAME = 4096
/** XDP_PACKET_HEADROOM, of which metadata takes its part. */
export const XDP_HEADROOM = 256
/** CONFIG_MAX_SKB_FRAGS. */
const MOST_FRAGMENTS = 17
/** XDP_FLAGS_HAS_FRAGS */
const HAS_FRAGMENTS = 1

export interface XdpOptions {
  readonly data: Uint8Array
  /** Bytes of it that are metadata. */
  readonly meta: number
  /** Bytes of it that are in the first page, metadata among them. */
  readonly linear: number
}

/** Bytes in a page of their own. */
interface Fragment {
  readonly page: number
  /** Of the first in the page. */
  readonly offset: number
  readonly size: number
}

const rxQueue = remember((core: Core): number => {
  const queue = createObject(core, 'xdp_rxq_info', { dev: loopback(core) })
  setKnownFields(core, queue, 'xdp_rxq_info', { frag_size: FRAME })
  return queue
})
const txQueue = remember((core: Core): number => createObject(core, 'xdp_txq_info'))

/** Those of each packet that has any. */
const fragmentsOf = remember((): Map<number, readonly Fragment[]> => new Map())

/** skb_shared_info at the end of a page, at a multiple of a cache line. */
export const xdpTailroom = (core: Core): number => (core.layouts.sizeOf('skb_shared_info') + 63) & ~63

/** Bytes that find room in the first page, metadata among them. */
export const mostLinear = (core: Core, meta: number): number => FRAME - (XDP_HEADROOM - meta) - xdpTailroom(core)
/** Bytes of a packet of which so many are in the first page. */
export const mostBytes = (linear: number): number => linear + MOST_FRAGMENTS * FRAME

export function createXdp(core: Core, { data, meta, linear }: XdpOptions): number {
  const { memory } = core
  const frame = memory.allocate(FRAME, 'page of an xdp_buff', { align: 4096 })
  const packet = frame + XDP_HEADROOM
  const start = packet - meta
  memory.write(start, data.subarray(0, linear))
  const xdp = createObject(core, 'xdp_buff', {
    data: packet,
    data_end: start + linear,
    data_meta: start,
    data_hard_start: frame,
    rxq: rxQueue(core),
    txq: txQueue(core),
    frame_sz: FRAME,
  })
  const fragments: Fragment[] = []
  for (let at = linear; at < data.length; at += FRAME) {
    const bytes = data.subarray(at, at + FRAME)
    const page = memory.allocate(FRAME, 'fragment of an xdp_buff', { align: 4096 })
    memory.write(page, bytes)
    fragments.push({ page, offset: 0, size: bytes.length })
  }
  if (fragments.length > 0) setFragments(core, xdp, fragments)
  return xdp
}

function setFragments(core: Core, xdp: number, fragments: readonly Fragment[]): void {
  if (fragments.length > 0) fragmentsOf(core).set(xdp, fragments)
  else fragmentsOf(core).delete(xdp)
  const flags = fieldNumber(core, xdp, 'xdp_buff', 'flags') & ~HAS_FRAGMENTS
  setKnownFields(core, xdp, 'xdp_buff', { flags: fragments.length > 0 ? flags | HAS_FRAGMENTS : flags })
  setKnownFields(core, xdpPacket(core, xdp).limit, 'skb_shared_info', {
    nr_frags: fragments.length,
    xdp_frags_size: sizeOf(fragments),
  })
}

const none: readonly Fragment[] = []
const fragmentsAt = (core: Core, xdp: number): readonly Fragment[] => fragmentsOf(core).get(xdp) ?? none
const sizeOf = (fragments: readonly Fragment[]): number => fragments.reduce((all, { size }) => all + size, 0)

export interface XdpPacket {
  readonly start: number
  readonly meta: number
  readonly data: number
  readonly end: number
  /** Where the packet cannot reach. */
  readonly limit: number
}

/** What of it is in the first page. */
export function xdpPacket(core: Core, xdp: number): XdpPacket {
  const at = (field: string): number => fieldNumber(core, xdp, 'xdp_buff', field)
  const start = at('data_hard_start')
  return {
    start,
    meta: at('data_meta'),
    data: at('data'),
    end: at('data_end'),
    limit: start + FRAME - xdpTailroom(core),
  }
}

/** Of all of it, without metadata. */
export function xdpLength(core: Core, xdp: number): number {
  const { data, end } = xdpPacket(core, xdp)
  return end - data + sizeOf(fragmentsAt(core, xdp))
}

export const setXdpPacket = (
  core: Core,
  xdp: number,
  fields: { data?: number; data_end?: number; data_meta?: number },
): void => setFields(core, xdp, 'xdp_buff', fields)

interface Piece {
  readonly at: number
  readonly size: number
}

/** Where its bytes lie, from the packet's first on. */
function pieces(core: Core, xdp: number): readonly Piece[] {
  const { data, end } = xdpPacket(core, xdp)
  const others = fragmentsAt(core, xdp).map(({ page, offset, size }) => ({ at: page + offset, size }))
  return [{ at: data, size: end - data }, ...others]
}

/** Where `size` bytes of it lie in a row; undefined: nowhere. */
export function xdpBytesAt(core: Core, xdp: number, offset: number, size: number): number | undefined {
  let left = offset
  for (const piece of pieces(core, xdp)) {
    if (left < piece.size) return left + size <= piece.size ? piece.at + left : undefined
    left -= piece.size
  }
  return undefined
}

/** Tells of `size` bytes from `offset` on where they lie, piece by piece; they are all there. */
export function eachXdpPiece(
  core: Core,
  xdp: number,
  { offset, size }: { readonly offset: number; readonly size: number },
  tell: (at: number, size: number, before: number) => void,
): void {
  let skipped = offset
  let told = 0
  for (const piece of pieces(core, xdp)) {
    const from = Math.min(skipped, piece.size)
    const count = Math.min(piece.size - from, size - told)
    skipped -= from
    if (count > 0) tell(piece.at + from, count, told)
    told += count
  }
}

/** A copy of all of it, from the first byte of its metadata where that is wanted. */
export function xdpBytes(core: Core, xdp: number, { withMeta }: { readonly withMeta: boolean }): Uint8Array {
  const { meta, data } = xdpPacket(core, xdp)
  const before = withMeta ? core.memory.read(meta, data - meta) : new Uint8Array(0)
  const size = xdpLength(core, xdp)
  const bytes = new Uint8Array(before.length + size)
  bytes.set(before)
  eachXdpPiece(core, xdp, { offset: 0, size }, (at, count, told) =>
    bytes.set(core.memory.read(at, count), before.length + told),
  )
  return bytes
}

/** Of a packet in fragments: bytes more in the last page, or fewer at the end. undefined: it is in one piece. */
export function adjustFragments(core: Core, xdp: number, by: number, least: number): number | undefined {
  const fragments = [...fragmentsAt(core, xdp)]
  if (fragments.length === 0) return undefined
  if (by >= 0) {
    const last = fragments.pop()!
    if (by > FRAME - last.size - last.offset) return -errno.EINVAL
    core.memory.clear(last.page + last.offset + last.size, by)
    setFragments(core, xdp, [...fragments, { ...last, size: last.size + by }])
    return 0
  }
  let left = -by
  if (left > xdpLength(core, xdp) - least) return -errno.EINVAL
  while (left > 0 && fragments.length > 0) {
    const last = fragments.pop()!
    const taken = Math.min(left, last.size)
    left -= taken
    if (taken < last.size) fragments.push({ ...last, size: last.size - taken })
    else core.memory.free(last.page)
  }
  setFragments(core, xdp, fragments)
  // what is in fragments still is what is at the end
  if (fragments.length === 0) setXdpPacket(core, xdp, { data_end: xdpPacket(core, xdp).end - left })
  return 0
}

/** The first `length` bytes come to be in the first page, which is moved towards its begin where there is no room behind it. */
export function pullXdp(core: Core, xdp: number, length: number): number {
  const { start, meta, data, end, limit } = xdpPacket(core, xdp)
  let missing = length - (end - data)
  if (missing <= 0) return 0
  const headroom = meta - start - core.layouts.sizeOf('xdp_frame')
  if (length > xdpLength(core, xdp) || missing > limit - end + headroom) return -errno.EINVAL
  const shift = Math.max(0, missing - (limit - end))
  core.memory.copy(meta - shift, meta, end - meta)
  let to = end - shift
  const fragments = [...fragmentsAt(core, xdp)]
  while (missing > 0) {
    const first = fragments.shift()!
    const taken = Math.min(missing, first.size)
    core.memory.copy(to, first.page + first.offset, taken)
    to += taken
    missing -= taken
    if (taken < first.size) fragments.unshift({ ...first, offset: first.offset + taken, size: first.size - taken })
    else core.memory.free(first.page)
  }
  setXdpPacket(core, xdp, { data: data - shift, data_end: to, data_meta: meta - shift })
  setFragments(core, xdp, fragments)
  return 0
}

export function freeXdp(core: Core, xdp: number): void {
  for (const { page } of fragmentsAt(core, xdp)) core.memory.free(page)
  fragmentsOf(core).delete(xdp)
  core.memory.free(fieldNumber(core, xdp, 'xdp_buff', 'data_hard_start'))
  core.memory.free(xdp)
}
