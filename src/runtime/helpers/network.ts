// SPDX-License-Identifier: Apache-2.0
// Helpers on what a packet says and where it would go: hash, congestion mark, route, tunnel.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { fieldNumber, setFields } from '../core/objects.ts'
import { networkOffset } from '../objects/skb-room.ts'
import { skbBytes, skbData, skbLength } from '../objects/skb.ts'

const AF_INET = 2
const AF_INET6 = 10

/** Of addresses and ports: the kernel's is keyed with a secret, this one is the same for the same flow. */
function flowHash(core: Core, skb: number): number {
  const bytes = skbBytes(core, skb).subarray(Math.max(0, networkOffset(core, skb)))
  const version = bytes[0]! >> 4
  const flow =
    version === 4
      ? [...bytes.subarray(9, 10), ...bytes.subarray(12, 20), ...bytes.subarray((bytes[0]! & 15) * 4).subarray(0, 4)]
      : version === 6
        ? [...bytes.subarray(6, 7), ...bytes.subarray(8, 44)]
        : [fieldNumber(core, skb, 'sk_buff', 'protocol')]
  let hash = 0x811c9dc5
  for (const byte of flow) hash = Math.imul(hash ^ byte, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return ((hash ^ (hash >>> 13)) >>> 0) | 1
}

/** What the packet says, or what is said of it from now on. */
export function hashOf(core: Core, skb: number): number {
  const hash = (path: string): number => fieldNumber(core, skb, 'sk_buff', path)
  if (hash('l4_hash') === 0 && hash('sw_hash') === 0)
    setFields(core, skb, 'sk_buff', { hash: flowHash(core, skb), sw_hash: 1 })
  return hash('hash')
}

/** Congestion experienced: 1 where the mark is there now, 0 where the packet takes none. */
function markCongestion(core: Core, skb: number): number {
  const { view } = core.memory
  const at = skbData(core, skb) + networkOffset(core, skb)
  const room = skbData(core, skb) + skbLength(core, skb) - at
  switch (fieldNumber(core, skb, 'sk_buff', 'protocol')) {
    case 0x0008: {
      if (room < 20) return 0
      const service = view.getUint8(at + 1)
      const ecn = service & 3
      if (ecn === 0 || ecn === 3) return ecn === 3 ? 1 : 0
      view.setUint8(at + 1, service | 3)
      // by as much as the header grew; never to what would be minus zero
      const sum = view.getUint16(at + 10, true) + (ecn === 1 ? 0xfdff : 0xfeff)
      view.setUint16(at + 10, (sum + (sum >= 0xffff ? 1 : 0)) & 0xffff, true)
      return 1
    }
    case 0xdd86: {
      if (room < 40) return 0
      const word = view.getUint32(at)
      if (((word >>> 20) & 3) === 0) return 0
      view.setUint32(at, (word | (3 << 20)) >>> 0)
      return 1
    }
    default:
      return 0
  }
}

/** BPF_FIB_LOOKUP_DIRECT … BPF_FIB_LOOKUP_MARK. */
const FIB_FLAGS = 0x3f
/** BPF_FIB_LKUP_RET_FWD_DISABLED: a host, as all are unless told otherwise, forwards nothing. */
const FWD_DISABLED = 5

const fibLookup = model(['none', 'i32', 'i32', 'i32'], 's32', (core) => (params, size, flags) => {
  if (size < core.layouts.sizeOf('bpf_fib_lookup') || (flags & ~FIB_FLAGS) !== 0) return -errno.EINVAL
  const family = core.memory.u8[params]!
  if (family !== AF_INET && family !== AF_INET6) return -errno.EAFNOSUPPORT
  const ifindex = fieldNumber(core, params, 'bpf_fib_lookup', 'ifindex')
  const there = core.devices === undefined ? ifindex === 1 : core.devices.has(ifindex)
  return there ? FWD_DISABLED : -errno.ENODEV
})

export const networkHelpers: Models = {
  bpf_get_hash_recalc: model(['i32'], 'u32', (core) => (skb) => hashOf(core, skb) | 0),
  bpf_skb_ecn_set_ce: model(['i32'], 's32', (core) => (skb) => markCongestion(core, skb)),
  bpf_fib_lookup: fibLookup,
}
