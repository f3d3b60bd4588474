// SPDX-License-Identifier: Apache-2.0
// Helpers on packets of XDP.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { adjustFragments, eachXdpPiece, setXdpPacket, xdpBytesAt, xdpLength, xdpPacket } from '../objects/xdp.ts'

const ETH_HLEN = 14
/** The most metadata there may be before the packet: its length is a byte. */
const MOST_META = 255

export const xdpHelpers: Models = {
  bpf_xdp_adjust_head: model(['i32', 'i32'], 's32', (core) => (xdp, by) => {
    const { start, meta, data, end } = xdpPacket(core, xdp)
    const size = data - meta
    const to = data + by
    if (to < start + core.layouts.sizeOf('xdp_frame') + size || to > end - ETH_HLEN) return -errno.EINVAL
    core.memory.u8.copyWithin(to - size, meta, data)
    setXdpPacket(core, xdp, { data: to, data_meta: to - size })
    return 0
  }),
  bpf_xdp_adjust_tail: model(['i32', 'i32'], 's32', (core) => (xdp, by) => {
    const adjusted = adjustFragments(core, xdp, by, ETH_HLEN)
    if (adjusted !== undefined) return adjusted
    const { data, end, limit } = xdpPacket(core, xdp)
    const to = end + by
    if (to > limit || to < data + ETH_HLEN) return -errno.EINVAL
    if (by > 0) core.memory.u8.fill(0, end, to)
    setXdpPacket(core, xdp, { data_end: to })
    return 0
  }),
  bpf_xdp_adjust_meta: model(['i32', 'i32'], 's32', (core) => (xdp, by) => {
    const { start, meta, data } = xdpPacket(core, xdp)
    const to = meta + by
    if (to < start + core.layouts.sizeOf('xdp_frame') || to > data) return -errno.EINVAL
    if ((data - to) % 4 !== 0 || data - to > MOST_META) return -errno.EACCES
    setXdpPacket(core, xdp, { data_meta: to })
    return 0
  }),
  bpf_xdp_get_buff_len: model(['i32'], 'u32', (core) => (xdp) => xdpLength(core, xdp)),
  bpf_xdp_load_bytes: model(
    ['i32', 'i32', 'i32', 'i32'],
    's32',
    (core) => (xdp, offset, to, size) => loadXdpBytes(core, xdp, offset, to, size),
  ),
  bpf_xdp_store_bytes: model(
    ['i32', 'i32', 'i32', 'i32'],
    's32',
    (core) => (xdp, offset, from, size) => storeXdpBytes(core, xdp, offset, from, size),
  ),
}

/** Where the bytes lie, or an error; 0: in no row. */
export function xdpPointer(core: Core, xdp: number, offset: number, size: number): number {
  if (offset >>> 0 > 0xffff || size >>> 0 > 0xffff) return -errno.EFAULT
  return offset + size > xdpLength(core, xdp) ? -errno.EINVAL : (xdpBytesAt(core, xdp, offset, size) ?? 0)
}

export function loadXdpBytes(core: Core, xdp: number, offset: number, to: number, size: number): number {
  const start = xdpPointer(core, xdp, offset, size)
  if (start < 0) return start
  eachXdpPiece(core, xdp, { offset, size }, (at, count, told) => core.memory.copy(to + told, at, count))
  return 0
}

export function storeXdpBytes(core: Core, xdp: number, offset: number, from: number, size: number): number {
  const start = xdpPointer(core, xdp, offset, size)
  if (start < 0) return start
  eachXdpPiece(core, xdp, { offset, size }, (at, count, told) => core.memory.copy(at, from + told, count))
  return 0
}
