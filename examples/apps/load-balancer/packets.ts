// SPDX-License-Identifier: Apache-2.0
// Packets for the balancer's tests, and what is in those that come back.
import { ethernet, ipv4 } from './balancer.ts'

export interface Sent {
  readonly from: string
  readonly to: string
  readonly sport: number
  readonly dport: number
  readonly protocol?: 'tcp' | 'udp'
  readonly flags?: number
  readonly payload?: string
  /** Of the IP header: a fragment that is not the first. */
  readonly fragment?: number
}

export const flags = { FIN: 1, SYN: 2, RST: 4, ACK: 16 } as const
const ROUTER = '02:00:00:00:00:01'
const BALANCER = '02:00:00:00:00:02'

export function packet(sent: Sent): Uint8Array {
  const { protocol = 'tcp', payload = '' } = sent
  const header = protocol === 'tcp' ? 20 : 8
  const bytes = new Uint8Array(34 + header + payload.length)
  const view = new DataView(bytes.buffer)
  bytes.set(ethernet(BALANCER), 0)
  bytes.set(ethernet(ROUTER), 6)
  view.setUint16(12, 0x0800)
  bytes[14] = 0x45
  view.setUint16(16, bytes.length - 14)
  view.setUint16(20, sent.fragment ?? 0)
  bytes[22] = 64
  bytes[23] = protocol === 'tcp' ? 6 : 17
  bytes.set(ipv4(sent.from), 26)
  bytes.set(ipv4(sent.to), 30)
  view.setUint16(24, sumOf(bytes.subarray(14, 34)))
  view.setUint16(34, sent.sport)
  view.setUint16(36, sent.dport)
  if (protocol === 'tcp') {
    bytes[46] = 0x50
    bytes[47] = sent.flags ?? flags.ACK
  } else view.setUint16(38, header + payload.length)
  bytes.set(new TextEncoder().encode(payload), 34 + header)
  return bytes
}

/** Of a header: 0 where its own sum is right. */
export function sumOf(header: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < header.length; i += 2) sum += (header[i]! << 8) | header[i + 1]!
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return ~sum & 0xffff
}

/** What the outer header of a packet says, and the packet inside. */
export function opened(bytes: Uint8Array) {
  return {
    mac: [...bytes.subarray(0, 6)],
    sender: [...bytes.subarray(6, 12)],
    protocol: bytes[23],
    length: new DataView(bytes.buffer, bytes.byteOffset).getUint16(16),
    from: bytes.subarray(26, 30).join('.'),
    to: bytes.subarray(30, 34).join('.'),
    sum: sumOf(bytes.subarray(14, 34)),
    inside: bytes.subarray(34),
  }
}
