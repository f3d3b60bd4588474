// SPDX-License-Identifier: Apache-2.0
// Helpers on packets of socket buffers.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { fieldNumber, setFields } from '../core/objects.ts'
import { setPacketEnd, skbData, skbLength } from '../objects/skb.ts'
import { folded32, sumOf, updated } from './checksum.ts'

const BPF_F_RECOMPUTE_CSUM = 1
const BPF_F_INVALIDATE_HASH = 2
const BPF_F_HDR_FIELD_MASK = 0xf
const BPF_F_PSEUDO_HDR = 0x10
const BPF_F_MARK_MANGLED_0 = 0x20
const BPF_F_MARK_ENFORCE = 0x40

const isWithin = (core: Core, skb: number, offset: number, size: number): boolean =>
  offset >= 0 && size >= 0 && offset + size <= skbLength(core, skb)

export function loadSkbBytes(core: Core, skb: number, offset: number, to: number, size: number): number {
  if (!isWithin(core, skb, offset, size)) {
    core.memory.u8.fill(0, to, to + size)
    return -errno.EFAULT
  }
  const at = skbData(core, skb) + offset
  core.memory.u8.copyWithin(to, at, at + size)
  return 0
}

interface Stored {
  readonly offset: number
  readonly from: number
  readonly size: number
  readonly flags: bigint
}

export function storeSkbBytes(core: Core, skb: number, { offset, from, size, flags }: Stored): number {
  if ((flags & ~BigInt(BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH)) !== 0n) return -errno.EINVAL
  if (!isWithin(core, skb, offset, size)) return -errno.EFAULT
  core.memory.u8.copyWithin(skbData(core, skb) + offset, from, from + size)
  if ((flags & BigInt(BPF_F_INVALIDATE_HASH)) !== 0n)
    setFields(core, skb, 'sk_buff', { hash: 0, sw_hash: 0, l4_hash: 0 })
  return 0
}

/** A checksum's two bytes after a change of what it covers. */
function replaceChecksum(core: Core, at: number, { from, to, size }: Replaced): number {
  const { view } = core.memory
  const sum = view.getUint16(at, true)
  switch (size) {
    case 0:
      if (from !== 0) return -errno.EINVAL
      view.setUint16(at, updated(sum, 0, to), true)
      return 0
    case 2:
      view.setUint16(at, updated(sum, from & 0xffff, to & 0xffff), true)
      return 0
    case 4:
      view.setUint16(at, updated(sum, from, to), true)
      return 0
    default:
      return -errno.EINVAL
  }
}

interface Replaced {
  readonly from: number
  readonly to: number
  readonly size: number
}

function placeOfChecksum(core: Core, skb: number, offset: number): number | undefined {
  const off = offset >>> 0
  return off > 0xffff || (off & 1) !== 0 || !isWithin(core, skb, off, 2) ? undefined : skbData(core, skb) + off
}

export const skbHelpers: Models = {
  bpf_skb_load_bytes: model(['i32', 'i32', 'i32', 'i32'], 's32', (core) => (skb, offset, to, size) => {
    if (core.current?.type !== 'BPF_PROG_TYPE_FLOW_DISSECTOR') return loadSkbBytes(core, skb, offset, to, size)
    // its context is no socket buffer, and leads to one only where there is one: a test run has none
    const behind = core.memory.pointer(skb + core.layouts.offset('bpf_flow_dissector', 'skb'))
    if (behind !== 0) return loadSkbBytes(core, behind, offset, to, size)
    core.memory.u8.fill(0, to, to + size)
    return -errno.EFAULT
  }),
  bpf_skb_load_bytes_relative: model(
    ['i32', 'i32', 'i32', 'i32', 'i32'],
    's32',
    (core) => (skb, offset, to, size, from) => {
      const header = from === 0 ? 'mac_header' : from === 1 ? 'network_header' : undefined
      if (header === undefined || offset >>> 0 > 0xffff) {
        core.memory.u8.fill(0, to, to + size)
        return -errno.EFAULT
      }
      const start = fieldNumber(core, skb, 'sk_buff', 'head') + fieldNumber(core, skb, 'sk_buff', header)
      const { memory } = core
      if (start + offset + size > skbData(core, skb) + skbLength(core, skb)) {
        memory.u8.fill(0, to, to + size)
        return -errno.EFAULT
      }
      memory.u8.copyWithin(to, start + offset, start + offset + size)
      return 0
    },
  ),
  bpf_skb_store_bytes: model(
    ['i32', 'i32', 'i32', 'i32', 'i64'],
    's32',
    (core) => (skb, offset, from, size, flags) => storeSkbBytes(core, skb, { offset, from, size, flags }),
  ),
  bpf_skb_pull_data: model(['i32', 'i32'], 's32', (core) => (skb, size) => {
    const length = skbLength(core, skb)
    if (size >>> 0 > length) return -errno.ENOMEM
    setPacketEnd(core, skb)
    return 0
  }),
  bpf_l3_csum_replace: model(['i32', 'i32', 'i64', 'i64', 'i64'], 's32', (core) => (skb, offset, from, to, flags) => {
    if ((flags & ~BigInt(BPF_F_HDR_FIELD_MASK)) !== 0n) return -errno.EINVAL
    const at = placeOfChecksum(core, skb, offset)
    if (at === undefined) return -errno.EFAULT
    return replaceChecksum(core, at, replaced(from, to, flags))
  }),
  bpf_l4_csum_replace: model(['i32', 'i32', 'i64', 'i64', 'i64'], 's32', (core) => (skb, offset, from, to, flags) => {
    const known = BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE | BPF_F_PSEUDO_HDR | BPF_F_HDR_FIELD_MASK
    if ((flags & ~BigInt(known)) !== 0n) return -errno.EINVAL
    const at = placeOfChecksum(core, skb, offset)
    if (at === undefined) return -errno.EFAULT
    const mangled = (Number(flags) & BPF_F_MARK_MANGLED_0) !== 0
    const { view } = core.memory
    if (mangled && (Number(flags) & BPF_F_MARK_ENFORCE) === 0 && view.getUint16(at) === 0) return 0
    const answer = replaceChecksum(core, at, replaced(from, to, flags))
    if (answer === 0 && mangled && view.getUint16(at) === 0) view.setUint16(at, 0xffff)
    return answer
  }),
  bpf_csum_diff: model(['i32', 'i32', 'i32', 'i32', 'i32'], 'i64', (core) => (from, fromSize, to, toSize, seed) => {
    const { memory } = core
    if (((fromSize | toSize) & 3) !== 0 || fromSize + toSize > 512) return BigInt(-errno.EINVAL)
    const before = memory.read(from, fromSize).map((byte) => ~byte)
    return BigInt(folded32(BigInt(seed >>> 0) + sumOf(before) + sumOf(memory.read(to, toSize))))
  }),
  bpf_csum_level: model(['i32', 'i32'], 's32', () => () => -errno.EACCES),
  bpf_csum_update: model(['i32', 'i32'], 'i64', () => () => BigInt(-errno.ENOTSUPP)),
  bpf_set_hash_invalid: model(['i32'], 's32', (core) => (skb) => {
    setFields(core, skb, 'sk_buff', { hash: 0, sw_hash: 0, l4_hash: 0 })
    return 0
  }),
  bpf_set_hash: model(['i32', 'i32'], 's32', (core) => (skb, hash) => {
    setFields(core, skb, 'sk_buff', { hash: hash >>> 0, sw_hash: 1, l4_hash: 1 })
    return 0
  }),
  bpf_skb_change_type: model(['i32', 'i32'], 's32', (core) => (skb, type) => {
    // among PACKET_HOST, PACKET_BROADCAST, PACKET_MULTICAST, PACKET_OTHERHOST
    if (fieldNumber(core, skb, 'sk_buff', 'pkt_type') > 3 || type >>> 0 > 3) return -errno.EINVAL
    setFields(core, skb, 'sk_buff', { pkt_type: type })
    return 0
  }),
}

const replaced = (from: bigint, to: bigint, flags: bigint): Replaced => ({
  from: Number(BigInt.asUintN(32, from)),
  to: Number(BigInt.asUintN(32, to)),
  size: Number(flags) & BPF_F_HDR_FIELD_MASK,
})
