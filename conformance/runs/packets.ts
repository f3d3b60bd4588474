// SPDX-License-Identifier: Apache-2.0
// Packets that programs are run on: the same bytes on every machine.
import { randomOf } from '../mutants/random.ts'

const mac = [0x02, 0, 0, 0, 0, 0x02, 0x02, 0, 0, 0, 0, 0x01]
const ip4 = { from: [10, 0, 0, 1], to: [10, 0, 0, 2] }
const ip6 = { from: address6(1), to: address6(2) }
const etherTypes = { ip4: 0x0800, arp: 0x0806, vlan: 0x8100, ip6: 0x86dd, experimental: 0x88b5 }
const protocols = { icmp: 1, tcp: 6, udp: 17, icmp6: 58 }

/** Packets by name, from their Ethernet header on. */
export function packets(): ReadonlyMap<string, Uint8Array> {
  const payload = randomBytes('payload', 64)
  const long = randomBytes('long payload', 946)
  const options = [1, 1, 1, 0]
  return new Map([
    ['tcp4', ethernet('ip4', inIp4('tcp', tcp(payload)))],
    ['udp4', ethernet('ip4', inIp4('udp', udp(payload)))],
    ['tcp6', ethernet('ip6', inIp6('tcp', tcp(payload)))],
    ['udp6', ethernet('ip6', inIp6('udp', udp(payload)))],
    ['icmp4', ethernet('ip4', inIp4('icmp', [8, 0, 0, 0, 0x12, 0x34, 0, 1, ...payload]))],
    ['icmp6', ethernet('ip6', inIp6('icmp6', [128, 0, 0, 0, 0x12, 0x34, 0, 1, ...payload]))],
    ['options4', ethernet('ip4', inIp4('tcp', tcp(payload), options))],
    ['vlan', ethernet('vlan', [0, 42, ...word(etherTypes.ip4), ...inIp4('udp', udp(payload))])],
    ['arp', ethernet('arp', arp())],
    ['short', ethernet('experimental', [])],
    ['random', ethernet('experimental', randomBytes('noise', 50))],
    ['long4', ethernet('ip4', inIp4('tcp', tcp(long)))],
  ])
}

export function randomBytes(seed: string, length: number): number[] {
  const random = randomOf(seed)
  return Array.from({ length }, () => random.below(256))
}

function ethernet(type: keyof typeof etherTypes, rest: readonly number[]): Uint8Array {
  return Uint8Array.from([...mac, ...word(etherTypes[type]), ...rest])
}

function inIp4(protocol: keyof typeof protocols, rest: readonly number[], options: readonly number[] = []): number[] {
  const length = 20 + options.length
  const header = [0x40 | (length / 4), 0, ...word(length + rest.length), 0, 1, 0x40, 0, 64, protocols[protocol]]
  const addresses = [...ip4.from, ...ip4.to, ...options]
  const sum = checksum([...header, 0, 0, ...addresses])
  return [...header, ...word(sum), ...addresses, ...transport(protocol, rest, [...ip4.from, ...ip4.to])]
}

function inIp6(protocol: keyof typeof protocols, rest: readonly number[]): number[] {
  const addresses = [...ip6.from, ...ip6.to]
  const header = [0x60, 0, 0, 0, ...word(rest.length), protocols[protocol], 64]
  return [...header, ...addresses, ...transport(protocol, rest, addresses)]
}

function tcp(payload: readonly number[]): number[] {
  const ports = [...word(40000), ...word(80)]
  return [...ports, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, ...word(8192), 0, 0, 0, 0, ...payload]
}

const udp = (payload: readonly number[]): number[] => [
  ...word(40000),
  ...word(53),
  ...word(8 + payload.length),
  0,
  0,
  ...payload,
]

const arp = (): number[] => [0, 1, 8, 0, 6, 4, 0, 1, ...mac.slice(6), ...ip4.from, 0, 0, 0, 0, 0, 0, ...ip4.to]

const checksumAt = { icmp: 2, icmp6: 2, udp: 6, tcp: 16 }

/** With its checksum: of the pseudo header too, but for ICMP of IPv4. */
function transport(protocol: keyof typeof protocols, rest: readonly number[], addresses: readonly number[]): number[] {
  const pseudo = protocol === 'icmp' ? [] : [...addresses, ...word(rest.length), ...word(protocols[protocol])]
  const sum = checksum([...pseudo, ...rest])
  const at = checksumAt[protocol]
  return [...rest.slice(0, at), ...word(sum), ...rest.slice(at + 2)]
}

function checksum(bytes: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** In network order. */
function word(value: number): number[] {
  return [value >>> 8, value & 255]
}

function address6(last: number): number[] {
  return [0xfd, ...Array<number>(14).fill(0), last]
}
