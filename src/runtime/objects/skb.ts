// SPDX-License-Identifier: Apache-2.0
// struct sk_buff: a packet in a buffer with room before and behind it, and struct skb_shared_info at the buffer's end.
//
//   head        data            tail          end
//   | headroom  | packet        | tailroom    | skb_shared_info

import type { Core } from '../core/core.ts'
import { createObject, fieldNumber, setFields } from '../core/objects.ts'

/** NET_SKB_PAD + NET_IP_ALIGN on x86-64. */
const HEADROOM = 64
const TAILROOM = 512
const ETH_HLEN = 14
/** Of a header that was not found yet. */
export const UNSET = 0xffff

export interface SkbOptions {
  readonly data: Uint8Array
  readonly device: number
  readonly initial?: Readonly<Record<string, number | bigint>>
}

export function createSkb(core: Core, { data, device, initial = {} }: SkbOptions): number {
  const { memory, layouts } = core
  const shared = layouts.sizeOf('skb_shared_info')
  const size = (HEADROOM + data.length + TAILROOM + 63) & ~63
  const head = memory.allocate(size + shared, 'packet of a sk_buff', { align: 4096 })
  memory.write(head + HEADROOM, data)
  const skb = createObject(core, 'sk_buff', {
    len: data.length,
    head,
    data: head + HEADROOM,
    tail: HEADROOM + data.length,
    end: size,
    dev: device,
    truesize: size + shared + layouts.sizeOf('sk_buff'),
    'users.refs.counter': 1,
    'cb[0]': 0,
    ...initial,
  })
  setPacketEnd(core, skb)
  return skb
}

/** As eth_type_trans() and what test runs do after it leave an Ethernet frame; `keepsEthernet`: its header stays part of the packet. */
export function receiveFrame(
  core: Core,
  skb: number,
  data: Uint8Array,
  { keepsEthernet }: { readonly keepsEthernet: boolean },
): void {
  const [mac, network] = [HEADROOM, HEADROOM + ETH_HLEN]
  setFields(core, skb, 'sk_buff', {
    protocol: ((data[13]! << 8) | data[12]!) & 0xffff,
    pkt_type: packetType(data),
    mac_header: mac,
    network_header: network,
    mac_len: ETH_HLEN,
    transport_header: UNSET,
  })
  const proto = (data[12]! << 8) | data[13]!
  if (proto < 0x600)
    setFields(core, skb, 'sk_buff', { protocol: data[14] === 0xff && data[15] === 0xff ? 0x0100 : 0x0400 })
  if (!keepsEthernet)
    setFields(core, skb, 'sk_buff', {
      data: fieldNumber(core, skb, 'sk_buff', 'data') + ETH_HLEN,
      len: data.length - ETH_HLEN,
    })
  setPacketEnd(core, skb)
}

/** lo's address is zero: what is sent to it is for this host, PACKET_HOST. */
function packetType(data: Uint8Array): number {
  const to = data.subarray(0, 6)
  if (to.every((byte) => byte === 0)) return 0
  if (to.every((byte) => byte === 0xff)) return 1
  return (to[0]! & 1) !== 0 ? 2 : 3
}

export const skbLength = (core: Core, skb: number): number => fieldNumber(core, skb, 'sk_buff', 'len')
export const skbData = (core: Core, skb: number): number => fieldNumber(core, skb, 'sk_buff', 'data')

/** Bytes that lie in a row: all of ours do. */
export const skbBytes = (core: Core, skb: number): Uint8Array =>
  core.memory.read(skbData(core, skb), skbLength(core, skb))

/** What programs read as data_end and data_meta follows the packet. */
export function setPacketEnd(core: Core, skb: number): void {
  const cb = skb + core.layouts.offset('sk_buff', 'cb')
  const data = skbData(core, skb)
  const end = core.layouts.find('bpf_skb_data_end', 'data_end')
  const meta = core.layouts.find('bpf_skb_data_end', 'data_meta')
  if (end !== undefined) core.memory.setPointer(cb + end.offset, data + skbLength(core, skb))
  if (meta !== undefined) core.memory.setPointer(cb + meta.offset, data)
}

/** As it is before anybody asked for it. */
export function forgetPacketEnd({ memory, layouts }: Core, skb: number): void {
  const cb = skb + layouts.offset('sk_buff', 'cb')
  for (const field of ['data_end', 'data_meta']) memory.setPointer(cb + layouts.offset('bpf_skb_data_end', field), 0)
}

/** The packet becomes `bytes`, with `headroom` before it: in another buffer where it does not fit into this. */
export function setPacket(core: Core, skb: number, bytes: Uint8Array, headroom = HEADROOM): void {
  const { memory, layouts } = core
  let head = fieldNumber(core, skb, 'sk_buff', 'head')
  let end = fieldNumber(core, skb, 'sk_buff', 'end')
  if (headroom + bytes.length > end) {
    const shared = layouts.sizeOf('skb_shared_info')
    const info = memory.read(head + end, shared)
    memory.free(head)
    end = (headroom + bytes.length + TAILROOM + 63) & ~63
    head = memory.allocate(end + shared, 'packet of a sk_buff', { align: 4096 })
    memory.write(head + end, info)
  }
  memory.write(head + headroom, bytes)
  setFields(core, skb, 'sk_buff', {
    head,
    data: head + headroom,
    end,
    len: bytes.length,
    tail: headroom + bytes.length,
  })
  setPacketEnd(core, skb)
}

/** Where its struct skb_shared_info lies. */
export const sharedInfo = (core: Core, skb: number): number =>
  fieldNumber(core, skb, 'sk_buff', 'head') + fieldNumber(core, skb, 'sk_buff', 'end')

export function freeSkb(core: Core, skb: number): void {
  core.memory.free(fieldNumber(core, skb, 'sk_buff', 'head'))
  core.memory.free(skb)
}
