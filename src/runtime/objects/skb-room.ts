// SPDX-License-Identifier: Apache-2.0
// Packets of socket buffers that grow and shrink at either end. Headers are known by their distance from the buffer's begin.

import type { Core } from '../core/core.ts'
import { fieldNumber, setFields } from '../core/objects.ts'
import { setPacketEnd, UNSET } from './skb.ts'

/** SKB_MAX_ALLOC: four pages but for skb_shared_info. */
export const longestPacket = (core: Core): number => 4 * 4096 - ((core.layouts.sizeOf('skb_shared_info') + 63) & ~63)

const headers = [
  'mac_header',
  'network_header',
  'transport_header',
  'inner_mac_header',
  'inner_network_header',
  'inner_transport_header',
]

const read = (core: Core, skb: number, field: string): number => fieldNumber(core, skb, 'sk_buff', field)

/** Another buffer, where there is not as much room before and behind the packet. */
function requireRoom(core: Core, skb: number, { before = 0, behind = 0 }: { before?: number; behind?: number }): void {
  const { memory, layouts } = core
  const [head, data, tail, end] = ['head', 'data', 'tail', 'end'].map((field) => read(core, skb, field)) as [
    number,
    number,
    number,
    number,
  ]
  const [front, back] = [Math.max(0, before - (data - head)), Math.max(0, behind - (end - tail))].map(
    (missing) => (missing + 63) & ~63,
  ) as [number, number]
  if (front + back === 0) return
  const shared = layouts.sizeOf('skb_shared_info')
  const other = memory.allocate(front + end + back + shared, 'packet of a sk_buff', { align: 4096 })
  memory.u8.copyWithin(other + front, head, head + end)
  memory.u8.copyWithin(other + front + end + back, head + end, head + end + shared)
  memory.free(head)
  const moved = headers.map((field) => [field, read(core, skb, field)] as const)
  setFields(core, skb, 'sk_buff', {
    head: other,
    data: other + front + (data - head),
    tail: tail + front,
    end: front + end + back,
    // as in the kernel, all but the link layer's move even where they were not found yet, and then seem to be
    ...Object.fromEntries(
      moved.map(([field, at]) => [field, field === 'mac_header' && at === UNSET ? at : (at + front) & UNSET]),
    ),
  })
}

/** `size` zero bytes `offset` bytes behind the packet's begin; what comes before moves to the front. */
export function insertBytes(core: Core, skb: number, offset: number, size: number): void {
  requireRoom(core, skb, { before: size })
  const { u8 } = core.memory
  const data = read(core, skb, 'data') - size
  u8.copyWithin(data, data + size, data + size + offset)
  u8.fill(0, data + offset, data + offset + size)
  setFields(core, skb, 'sk_buff', { data, len: read(core, skb, 'len') + size })
  setPacketEnd(core, skb)
}

/** The other way round. */
export function removeBytes(core: Core, skb: number, offset: number, size: number): void {
  const data = read(core, skb, 'data')
  core.memory.u8.copyWithin(data + size, data, data + offset)
  setFields(core, skb, 'sk_buff', { data: data + size, len: read(core, skb, 'len') - size })
  setPacketEnd(core, skb)
}

/** What is new at the end is zero. */
export function setLength(core: Core, skb: number, length: number): void {
  const before = read(core, skb, 'len')
  if (length > before) requireRoom(core, skb, { behind: length - before })
  const data = read(core, skb, 'data')
  if (length > before) core.memory.u8.fill(0, data + before, data + length)
  setFields(core, skb, 'sk_buff', { len: length, tail: data - read(core, skb, 'head') + length })
  setPacketEnd(core, skb)
}

/** Moves where headers begin. */
export function moveHeaders(core: Core, skb: number, by: number): void {
  const [mac, network, transport] = [
    read(core, skb, 'mac_header'),
    read(core, skb, 'network_header'),
    read(core, skb, 'transport_header'),
  ]
  setFields(core, skb, 'sk_buff', {
    mac_header: mac + by,
    network_header: network + by,
    ...(transport === network ? { transport_header: network + by } : {}),
  })
}

/** From the packet's begin. */
export const networkOffset = (core: Core, skb: number): number =>
  read(core, skb, 'network_header') - (read(core, skb, 'data') - read(core, skb, 'head'))
export const macLength = (core: Core, skb: number): number =>
  read(core, skb, 'network_header') - read(core, skb, 'mac_header')
