// SPDX-License-Identifier: Apache-2.0
// Helpers that change how long a packet is: at its begin, its end, between its headers, by VLAN tags.

import type { BtfId } from '../../btf/index.ts'
import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { fieldNumber, setFields, setKnownFields } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { setPacketEnd, sharedInfo, skbData, skbLength, UNSET } from '../objects/skb.ts'
import {
  insertBytes,
  longestPacket,
  macLength,
  moveHeaders,
  networkOffset,
  removeBytes,
  setLength,
} from '../objects/skb-room.ts'

const ETH_HLEN = 14
const VLAN_HLEN = 4
/** Protocols as they stand in packets, read as numbers of this machine. */
const IP = 0x0008
const IPV6 = 0xdd86
const VLAN = 0x0081
const VLAN_AD = 0xa888

const protocolOf = (core: Core, skb: number): number => fieldNumber(core, skb, 'sk_buff', 'protocol')
/** A packet of segments: those of test runs are of no known type, which most changes do not take. */
const isSegmented = (core: Core, skb: number): boolean =>
  fieldNumber(core, sharedInfo(core, skb), 'skb_shared_info', 'gso_size') !== 0
const clearHash = (core: Core, skb: number): void =>
  setFields(core, skb, 'sk_buff', { hash: 0, sw_hash: 0, l4_hash: 0 })

/** Bytes that a packet keeps at the least: what comes before its network or transport header. */
function leastLength(core: Core, skb: number): number {
  const transport = fieldNumber(core, skb, 'sk_buff', 'transport_header')
  const start = skbData(core, skb) - fieldNumber(core, skb, 'sk_buff', 'head')
  const network = Math.max(0, networkOffset(core, skb))
  return transport !== UNSET && transport > start ? transport - start : network
}

/** IP becomes IPv6 and back: room for the longer header, or the shorter. */
function translate(core: Core, skb: number, to: number): number {
  const from = protocolOf(core, skb)
  const mac = macLength(core, skb)
  if (from === IP && to === IPV6) {
    insertBytes(core, skb, mac, 20)
    moveHeaders(core, skb, -20)
  } else if (from === IPV6 && to === IP) {
    if (mac + 20 > skbLength(core, skb)) return -errno.ENOMEM
    removeBytes(core, skb, mac, 20)
    moveHeaders(core, skb, 20)
  } else return -errno.ENOTSUPP
  setFields(core, skb, 'sk_buff', { protocol: to })
  clearHash(core, skb)
  return 0
}

const FIXED_GSO = 1
const ENCAP_L3_IPV4 = 2
const ENCAP_L3_IPV6 = 4
const ENCAP_L4_GRE = 8
const ENCAP_L4_UDP = 16
const NO_CSUM_RESET = 32
const ENCAP_L2_ETH = 64
const DECAP_L3_IPV4 = 128
const DECAP_L3_IPV6 = 256
const DECAP_L3 = DECAP_L3_IPV4 | DECAP_L3_IPV6
const ENCAP_L3 = ENCAP_L3_IPV4 | ENCAP_L3_IPV6
const DECAP_L4_GRE = 512
const DECAP_L4_UDP = 1024
const DECAP_L4 = DECAP_L4_GRE | DECAP_L4_UDP
const DECAP_IPXIP4 = 2048
const DECAP_IPXIP6 = 4096
const DECAP_IPXIP = DECAP_IPXIP4 | DECAP_IPXIP6
/** Which headers a tunnel's packet loses, where this kernel has flags for that. */
const DECAP_TUNNEL = DECAP_L4 | DECAP_IPXIP
const tunnelFlags = remember(({ kernel: { btf } }: Core): number => {
  for (let id = 1; id < btf.count; id++) {
    const type = btf.type(id as BtfId)
    if (type.kind === 'enum64' || type.kind === 'enum')
      if (type.values.some(({ name }) => name === 'BPF_F_ADJ_ROOM_DECAP_L4_GRE')) return DECAP_TUNNEL
  }
  return 0
})

const ROOM_FLAGS = FIXED_GSO | ENCAP_L3 | ENCAP_L4_GRE | ENCAP_L4_UDP | NO_CSUM_RESET | ENCAP_L2_ETH | DECAP_L3

interface Room {
  readonly by: number
  readonly flags: number
  /** Length of the inner link layer's header. */
  readonly innerMac: number
}

/** An error that keeps encapsulation from being described; 0: none. */
function encapsulationError(core: Core, skb: number, { by, flags, innerMac }: Room): number {
  const both = (a: number, b: number): boolean => (flags & a) !== 0 && (flags & b) !== 0
  if (both(ENCAP_L3_IPV4, ENCAP_L3_IPV6) || both(ENCAP_L4_GRE, ENCAP_L4_UDP)) return -errno.EINVAL
  if ((flags & ENCAP_L2_ETH) !== 0 && innerMac < ETH_HLEN) return -errno.EINVAL
  if (fieldNumber(core, skb, 'sk_buff', 'encapsulation') !== 0) return -errno.EALREADY
  return innerMac > by ? -errno.EINVAL : 0
}

function grow(core: Core, skb: number, offset: number, room: Room): number {
  const { by, flags, innerMac } = room
  if (isSegmented(core, skb)) return -errno.ENOTSUPP
  const wraps = (flags & ENCAP_L3) !== 0
  const error = wraps ? encapsulationError(core, skb, room) : 0
  if (error !== 0) return error
  const mac = macLength(core, skb)
  insertBytes(core, skb, offset, by)
  const inner = fieldNumber(core, skb, 'sk_buff', 'network_header')
  const transport = fieldNumber(core, skb, 'sk_buff', 'transport_header')
  moveHeaders(core, skb, -by)
  if (!wraps) return 0
  const start = skbData(core, skb) - fieldNumber(core, skb, 'sk_buff', 'head')
  const protocol = protocolOf(core, skb)
  const outer = (flags & ENCAP_L3_IPV6) !== 0 ? IPV6 : IP
  setKnownFields(core, skb, 'sk_buff', {
    inner_mac_header: inner - innerMac,
    inner_network_header: inner,
    inner_transport_header: transport,
    inner_protocol: (flags & ENCAP_L2_ETH) !== 0 ? 0x5865 : protocol,
    encapsulation: 1,
    network_header: start + mac,
    ...((flags & (ENCAP_L4_GRE | ENCAP_L4_UDP)) === 0
      ? {}
      : { transport_header: start + mac + (outer === IPV6 ? 40 : 20) }),
    protocol: outer,
  })
  return 0
}

function shrink(core: Core, skb: number, offset: number, { by, flags }: Room): number {
  if ((flags & ~(FIXED_GSO | DECAP_L3 | DECAP_TUNNEL | NO_CSUM_RESET)) !== 0) return -errno.EINVAL
  if (isSegmented(core, skb)) return -errno.ENOTSUPP
  if (offset + by > skbLength(core, skb)) return -errno.ENOMEM
  removeBytes(core, skb, offset, by)
  moveHeaders(core, skb, by)
  if ((flags & DECAP_L3) !== 0) setFields(core, skb, 'sk_buff', { protocol: (flags & DECAP_L3_IPV6) !== 0 ? IPV6 : IP })
  return 0
}

/** Bytes of the headers that such a packet loses at the least; of an IP header `base`. */
function tunnelHeaders(flag: number, base: number): number {
  if (flag === DECAP_L4_UDP) return base + 8
  if (flag === DECAP_L4_GRE) return base + 4
  return flag === DECAP_IPXIP4 ? 20 : 40
}

function adjustRoom(core: Core, skb: number, { by, mode, flags }: { by: number; mode: number; flags: bigint }): number {
  const bits = Number(flags & 0xff_ffff_ffff_ffffn)
  const stray = bits > (ROOM_FLAGS | DECAP_TUNNEL) ? bits : bits & ~ROOM_FLAGS
  if (stray !== 0 && (stray & ~tunnelFlags(core)) !== 0) return -errno.EINVAL
  const size = Math.abs(by)
  if (size > 0xfff) return -errno.EFAULT
  const protocol = protocolOf(core, skb)
  if ((protocol !== IP && protocol !== IPV6) || mode >>> 0 > 1) return -errno.ENOTSUPP
  const base = protocol === IP ? 20 : 40
  const decap = bits & DECAP_L3
  const tunnel = bits & DECAP_TUNNEL
  if (decap + tunnel !== 0 && (by >= 0 || decap === DECAP_L3)) return -errno.EINVAL
  if (tunnel !== 0 && ((tunnel & (tunnel - 1)) !== 0 || size < tunnelHeaders(tunnel, base))) return -errno.EINVAL
  const least = decap === 0 ? base : decap === DECAP_L3_IPV4 ? 20 : 40
  const length = skbLength(core, skb)
  const network = length - networkOffset(core, skb)
  if (
    by < 0 ? size >= network || network - size < least : length + size > longestPacket(core) && !isSegmented(core, skb)
  )
    return -errno.ENOTSUPP
  const room = { by: size, flags: bits, innerMac: Number(BigInt.asUintN(64, flags) >> 56n) }
  const offset = macLength(core, skb) + (mode === 0 ? base : 0)
  return by < 0 ? shrink(core, skb, offset, room) : grow(core, skb, offset, room)
}

/** The tag beside the packet, where a device would have put it. */
function setTag(core: Core, skb: number, protocol: number, tci: number): void {
  setFields(core, skb, 'sk_buff', { vlan_proto: protocol, vlan_tci: tci })
}
const hasTag = (core: Core, skb: number): boolean => fieldNumber(core, skb, 'sk_buff', 'vlan_all') !== 0

function pushVlan(core: Core, skb: number, protocol: number, tci: number): number {
  if (hasTag(core, skb)) {
    const [outer, id] = ['vlan_proto', 'vlan_tci'].map((field) => fieldNumber(core, skb, 'sk_buff', field)) as [
      number,
      number,
    ]
    insertBytes(core, skb, 12, VLAN_HLEN)
    const { view } = core.memory
    const data = skbData(core, skb)
    view.setUint16(data + 12, outer, true)
    view.setUint16(data + 14, id)
    setFields(core, skb, 'sk_buff', {
      mac_header: fieldNumber(core, skb, 'sk_buff', 'mac_header') - VLAN_HLEN,
      network_header: fieldNumber(core, skb, 'sk_buff', 'network_header') - VLAN_HLEN,
      protocol: outer,
    })
  }
  setTag(core, skb, protocol, tci)
  setFields(core, skb, 'sk_buff', { mac_len: macLength(core, skb) })
  setPacketEnd(core, skb)
  return 0
}

/** Takes a tag out of the packet. Its number, or an error. */
function takeVlan(core: Core, skb: number): number {
  if (skbLength(core, skb) < ETH_HLEN + VLAN_HLEN) return -errno.ENOMEM
  const data = skbData(core, skb)
  const { view } = core.memory
  const tci = view.getUint16(data + 14)
  const type = view.getUint16(data + 16)
  const inner = view.getUint16(data + 16, true)
  // IEEE 802.3 has a length there
  const protocol = type >= 0x600 ? inner : view.getUint16(data + 18) === 0xffff ? 0x0100 : 0x0400
  removeBytes(core, skb, 12, VLAN_HLEN)
  const start = skbData(core, skb) - fieldNumber(core, skb, 'sk_buff', 'head')
  const mac = fieldNumber(core, skb, 'sk_buff', 'mac_header') + VLAN_HLEN
  const network = Math.max(fieldNumber(core, skb, 'sk_buff', 'network_header'), start + ETH_HLEN)
  setFields(core, skb, 'sk_buff', { protocol, mac_header: mac, network_header: network, mac_len: network - mac })
  return tci
}

const isVlan = (protocol: number): boolean => protocol === VLAN || protocol === VLAN_AD

function popVlan(core: Core, skb: number): number {
  if (hasTag(core, skb)) setTag(core, skb, 0, 0)
  else {
    if (!isVlan(protocolOf(core, skb))) return 0
    const taken = takeVlan(core, skb)
    if (taken < 0) return taken
  }
  // the next one takes its place
  const protocol = protocolOf(core, skb)
  if (!isVlan(protocol)) return 0
  const tci = takeVlan(core, skb)
  if (tci < 0) return tci
  setTag(core, skb, protocol, tci)
  return 0
}

export const skbRoomHelpers: Models = {
  bpf_skb_change_tail: model(['i32', 'i32', 'i64'], 's32', (core) => (skb, length, flags) => {
    const size = length >>> 0
    if (flags !== 0n || size > longestPacket(core) || size < leastLength(core, skb)) return -errno.EINVAL
    if (fieldNumber(core, skb, 'sk_buff', 'encapsulation') !== 0) return -errno.ENOTSUPP
    setLength(core, skb, size)
    if (isSegmented(core, skb))
      setFields(core, sharedInfo(core, skb), 'skb_shared_info', { gso_size: 0, gso_segs: 0, gso_type: 0 })
    return 0
  }),
  bpf_skb_change_head: model(['i32', 'i32', 'i64'], 's32', (core) => (skb, by, flags) => {
    const length = skbLength(core, skb) + (by >>> 0)
    if (flags !== 0n || (!isSegmented(core, skb) && length > longestPacket(core)) || length > 0xffff_ffff)
      return -errno.EINVAL
    insertBytes(core, skb, 0, by >>> 0)
    const mac = skbData(core, skb) - fieldNumber(core, skb, 'sk_buff', 'head')
    setFields(core, skb, 'sk_buff', { mac_header: mac })
    setFields(core, skb, 'sk_buff', { mac_len: macLength(core, skb) })
    return 0
  }),
  bpf_skb_change_proto: model(
    ['i32', 'i32', 'i64'],
    's32',
    (core) => (skb, protocol, flags) => (flags === 0n ? translate(core, skb, protocol & 0xffff) : -errno.EINVAL),
  ),
  bpf_skb_adjust_room: model(
    ['i32', 'i32', 'i32', 'i64'],
    's32',
    (core) => (skb, by, mode, flags) => adjustRoom(core, skb, { by, mode, flags }),
  ),
  bpf_skb_vlan_push: model(
    ['i32', 'i32', 'i32'],
    's32',
    (core) => (skb, protocol, tci) =>
      pushVlan(core, skb, isVlan(protocol & 0xffff) ? protocol & 0xffff : VLAN, tci & 0xffff),
  ),
  bpf_skb_set_tstamp: model(['i32', 'i64', 'i32'], 's32', (core) => (skb, time, type) => {
    const protocol = protocolOf(core, skb)
    if (protocol !== IP && protocol !== IPV6) return -errno.EOPNOTSUPP
    // only of the real-time clock there may be none
    if (type >>> 0 > 2 || (type !== 0 && time === 0n)) return -errno.EINVAL
    setFields(core, skb, 'sk_buff', { tstamp: time, tstamp_type: type })
    return 0
  }),
  bpf_skb_vlan_pop: model(['i32'], 's32', (core) => (skb) => popVlan(core, skb)),
}
