// SPDX-License-Identifier: Apache-2.0
// Headers that programs on routes push before packets.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { notModelled } from '../core/errors.ts'
import { fieldNumber, setFields } from '../core/objects.ts'
import { setPacket, sharedInfo, skbBytes } from '../objects/skb.ts'
import { checksum, folded32, sumOf } from './checksum.ts'

/** BPF_LWT_ENCAP_SEG6, _SEG6_INLINE, _IP. */
const ENCAP_IP = 2
/** LWT_BPF_MAX_HEADROOM */
const MOST_HEADER = 256
const IPV4 = { version: 4, protocolAt: 9, length: 20, checkAt: 10, etherType: 0x0800 } as const
const IPV6 = { version: 6, protocolAt: 6, length: 40, etherType: 0x86dd } as const
const UDP = { protocol: 17, length: 8 } as const
/** SKB_GSO_TCPV4 | SKB_GSO_TCPV6 */
const GSO_TCP = 0x11

/** Bytes of the IP header itself; undefined: it is none that is taken. */
function ipLength(header: Uint8Array): number | undefined {
  const [first = 0] = header
  const version = first >> 4
  if (version !== IPV4.version && version !== IPV6.version) return undefined
  const length = version === IPV4.version ? (first & 15) * 4 : IPV6.length
  const protocol = header[version === IPV4.version ? IPV4.protocolAt : IPV6.protocolAt]
  return header.length < length + (protocol === UDP.protocol ? UDP.length : 0) ? undefined : length
}

function push(core: Core, skb: number, header: Uint8Array): number {
  if (header.length < IPV4.length || header.length > MOST_HEADER) return -errno.EINVAL
  const length = ipLength(header)
  if (length === undefined) return -errno.EINVAL
  const isIpv4 = header[0]! >> 4 === IPV4.version
  if (isIpv4 && header[IPV4.checkAt] === 0 && header[IPV4.checkAt + 1] === 0) {
    const sum = checksum(folded32(sumOf(header.subarray(0, length))))
    header[IPV4.checkAt] = sum & 0xff
    header[IPV4.checkAt + 1] = sum >> 8
  }
  const packet = skbBytes(core, skb)
  const whole = new Uint8Array(header.length + packet.length)
  whole.set(header)
  whole.set(packet, header.length)
  setPacket(core, skb, whole)
  const { etherType } = isIpv4 ? IPV4 : IPV6
  setFields(core, skb, 'sk_buff', {
    protocol: ((etherType & 0xff) << 8) | (etherType >> 8),
    encapsulation: 1,
    hash: 0,
    sw_hash: 0,
    l4_hash: 0,
    network_header: fieldNumber(core, skb, 'sk_buff', 'data') - fieldNumber(core, skb, 'sk_buff', 'head'),
  })
  const info = sharedInfo(core, skb)
  if (fieldNumber(core, info, 'skb_shared_info', 'gso_size') === 0) return 0
  if ((fieldNumber(core, info, 'skb_shared_info', 'gso_type') & GSO_TCP) === 0) return -errno.ENOTSUPP
  throw notModelled('bpf_lwt_push_encap() on a packet that is to be segmented')
}

export const lwtHelpers: Models = {
  bpf_lwt_push_encap: model(['i32', 'i32', 'i32', 'i32'], 's32', (core) => (skb, type, header, size) => {
    if (type === ENCAP_IP) return push(core, skb, core.memory.read(header, size >>> 0))
    if (core.current?.type === 'BPF_PROG_TYPE_LWT_IN' && (type === 0 || type === 1))
      throw notModelled('bpf_lwt_push_encap() of segment routing')
    return -errno.EINVAL
  }),
}
