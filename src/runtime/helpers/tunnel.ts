// SPDX-License-Identifier: Apache-2.0
// Tunnel metadata of packets: struct bpf_tunnel_key and options, as a program sets and gets them. Packets of test runs came through none.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { notModelled } from '../core/errors.ts'
import { setTunnel, type Tunnel, tunnelOf } from '../objects/tunnel.ts'

/** struct bpf_tunnel_key, and the sizes it had before. */
const SIZE = 44
const olderSizes: ReadonlySet<number> = new Set([8, 22, 24, 28])
const place = { id: 0, remote: 4, tos: 20, ttl: 21, ext: 22, label: 24, local: 28 } as const

const IPV6 = 1n
const FLAGS_WANTED = 16n
const ZERO_CSUM_TX = 2n
const DONT_FRAGMENT = 4n
const SEQ_NUMBER = 8n
const NO_TUNNEL_KEY = 16n
const IP_TUNNEL_OPTS_MAX = 255
const FLOW_LABEL = 0xf_ffff

function setKey(core: Core, skb: number, given: Uint8Array, flags: bigint): number {
  if ((flags & ~(IPV6 | ZERO_CSUM_TX | DONT_FRAGMENT | SEQ_NUMBER | NO_TUNNEL_KEY)) !== 0n) return -errno.EINVAL
  if (given.length !== SIZE && !olderSizes.has(given.length)) return -errno.EINVAL
  const key = new Uint8Array(SIZE)
  key.set(given)
  const view = new DataView(key.buffer)
  const isIpv6 = (flags & IPV6) !== 0n
  if ((!isIpv6 && view.getUint32(place.label, true) !== 0) || view.getUint16(place.ext, true) !== 0)
    return -errno.EINVAL
  if (isIpv6) view.setUint32(place.label, view.getUint32(place.label, true) & FLOW_LABEL, true)
  setTunnel(core, skb, { key, isIpv6, options: undefined, encap: undefined })
  return 0
}

/** Where a packet goes to was set as remote, and is local to whom it came to. */
function shownKey({ key, isIpv6 }: Tunnel): Uint8Array {
  const shown = key.slice()
  const size = isIpv6 ? 16 : 4
  shown.fill(0, place.remote, place.remote + 16).fill(0, place.local, SIZE)
  shown.set(key.subarray(place.local, place.local + size), place.remote)
  shown.set(key.subarray(place.remote, place.remote + size), place.local)
  return shown
}

function getKey(core: Core, skb: number, size: number, flags: bigint): Uint8Array | number {
  const tunnel = tunnelOf(core, skb)
  if (tunnel === undefined || (flags & ~(IPV6 | FLAGS_WANTED)) !== 0n) return -errno.EINVAL
  if (tunnel.isIpv6 !== ((flags & IPV6) !== 0n)) return -errno.EPROTO
  if ((flags & FLAGS_WANTED) !== 0n) throw notModelled('bpf_skb_get_tunnel_key() with BPF_F_TUNINFO_FLAGS')
  if (size !== SIZE && (!olderSizes.has(size) || (size === 8 && tunnel.isIpv6))) return -errno.EINVAL
  return shownKey(tunnel).subarray(0, size)
}

const answer = ({ memory }: Core, to: number, size: number, bytes: Uint8Array | number): number => {
  memory.u8.fill(0, to, to + size)
  if (typeof bytes === 'number') return bytes
  memory.write(to, bytes)
  return 0
}

export const tunnelHelpers: Models = {
  bpf_skb_set_tunnel_key: model(
    ['i32', 'i32', 'i32', 'i64'],
    's32',
    (core) => (skb, from, size, flags) => setKey(core, skb, core.memory.read(from, size), flags),
  ),
  bpf_skb_get_tunnel_key: model(
    ['i32', 'i32', 'i32', 'i64'],
    's32',
    (core) => (skb, to, size, flags) => answer(core, to, size, getKey(core, skb, size, flags)),
  ),
  bpf_skb_set_tunnel_opt: model(['i32', 'i32', 'i32'], 's32', (core) => (skb, from, size) => {
    const tunnel = tunnelOf(core, skb)
    if (tunnel === undefined || (size & 3) !== 0) return -errno.EINVAL
    if (size > IP_TUNNEL_OPTS_MAX) return -errno.ENOMEM
    tunnel.options = core.memory.read(from, size)
    return 0
  }),
  bpf_skb_get_tunnel_opt: model(['i32', 'i32', 'i32'], 's32', (core) => (skb, to, size) => {
    const options = tunnelOf(core, skb)?.options
    if (options === undefined) return answer(core, to, size, -errno.ENOENT)
    if (size < options.length) return answer(core, to, size, -errno.ENOMEM)
    answer(core, to, size, options)
    return options.length
  }),
  bpf_skb_get_xfrm_state: model(
    ['none', 'none', 'i32', 'i32'],
    's32',
    (core) => (to, size) => answer(core, to, size, -errno.EINVAL),
  ),
}
