// SPDX-License-Identifier: Apache-2.0
// A packet before and after, with the headers that changed named.
import type { LoadedProgram } from '../runtime/index.ts'
import { takesSkb } from './run-context.ts'

interface Part {
  readonly name: string
  readonly from: number
  readonly size: number
}

const fields = (header: string, at: number, text: string): readonly Part[] =>
  text.split(' ').map((one) => {
    const [name = '', from, size] = one.split(':')
    return { name: `${header}.${name}`, from: at + Number(from), size: Number(size) }
  })

const ETHERNET = 'dst:0:6 src:6:6 type:12:2'
const IPV4 =
  'version_ihl:0:1 tos:1:1 length:2:2 id:4:2 fragment:6:2 ttl:8:1 protocol:9:1 checksum:10:2 src:12:4 dst:16:4'
const IPV6 = 'version_flow:0:4 length:4:2 next:6:1 hops:7:1 src:8:16 dst:24:16'
const TCP = 'src:0:2 dst:2:2 seq:4:4 ack:8:4 flags:12:2 window:14:2 checksum:16:2 urgent:18:2'
const UDP = 'src:0:2 dst:2:2 length:4:2 checksum:6:2'
const ICMP = 'type:0:1 code:1:1 checksum:2:2'
const ARP = 'operation:6:2 sender_mac:8:6 sender_ip:14:4 target_mac:18:6 target_ip:24:4'

const ETH_HLEN = 14

const typeAt = (packet: Uint8Array, at: number): number => ((packet[at] ?? 0) << 8) | (packet[at + 1] ?? 0)

/** The headers of an Ethernet frame, as far as they are known. */
const partsOf = (packet: Uint8Array): readonly Part[] =>
  packet.length < ETH_HLEN
    ? []
    : [...fields('ethernet', 0, ETHERNET), ...partsFrom(packet, ETH_HLEN, typeAt(packet, ETH_HLEN - 2))]

/** Those behind the Ethernet header, of a packet of the type that it says: they begin at `begin`. */
function partsFrom(packet: Uint8Array, begin: number, ethernetType: number): readonly Part[] {
  const parts: Part[] = []
  let [at, type] = [begin, ethernetType]
  if (type === 0x8100 || type === 0x88a8) {
    parts.push(...fields('vlan', at, 'tci:0:2 type:2:2'))
    type = typeAt(packet, at + 2)
    at += 4
  }
  let protocol: number | undefined
  if (type === 0x0800) {
    parts.push(...fields('ipv4', at, IPV4))
    protocol = packet[at + 9]
    at += ((packet[at] ?? 0x45) & 15) * 4
  } else if (type === 0x86dd) {
    parts.push(...fields('ipv6', at, IPV6))
    protocol = packet[at + 6]
    at += 40
  }
  if (type === 0x0806) parts.push(...fields('arp', at, ARP))
  if (protocol === 1 || protocol === 58) parts.push(...fields(protocol === 1 ? 'icmp' : 'icmp6', at, ICMP))
  if (protocol === 6) parts.push(...fields('tcp', at, TCP))
  if (protocol === 17) parts.push(...fields('udp', at, UDP))
  return parts
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/**
 * Lines that say what became of the frame that a program was given; none where what it sees of it is the same. Programs of some types
 * see it from behind its Ethernet header on: a test run then answers zeros in that place, which are not told of.
 */
export function packetChange(
  { type }: Pick<LoadedProgram, 'type'>,
  frame: Uint8Array,
  out: Uint8Array,
): readonly string[] {
  const behind = takesSkb({ type }) && !seesEthernet(type)
  const [before, after] = behind ? [frame.subarray(ETH_HLEN), out.subarray(ETH_HLEN)] : [frame, out]
  if (Buffer.compare(before, after) === 0) return []
  const what = behind ? 'packet, without its Ethernet header' : 'packet'
  if (before.length !== after.length)
    return [
      `  ${what}: ${before.length} bytes → ${after.length}`,
      `    before ${hex(before)}`,
      `    after  ${hex(after)}`,
    ]
  const parts = behind ? partsFrom(after, 0, typeAt(frame, ETH_HLEN - 2)) : partsOf(after)
  return [`  ${what}: ${after.length} bytes, changed:`, ...differences(before, after, parts)]
}

/** Of those whose context is a struct __sk_buff. */
const seesEthernet = (type: string): boolean => /_SCHED_(CLS|ACT)$/.test(type)

/** Of what was expected and what came, which may go on: as many bytes as both have, from the layer as scapy calls it. */
export function packetDifference(expected: Uint8Array, got: Uint8Array, layer: string): readonly string[] {
  const length = Math.min(expected.length, got.length)
  const [wanted, came] = [expected.subarray(0, length), got.subarray(0, length)]
  const lengths = got.length < expected.length ? [`    length: ${expected.length} → ${got.length}`] : []
  return [...lengths, ...differences(wanted, came, layer === 'Ether' ? partsOf(wanted) : [])]
}

function differences(before: Uint8Array, after: Uint8Array, parts: readonly Part[]): readonly string[] {
  const lines: string[] = []
  const told = new Set<number>()
  for (const { name, from, size } of parts) {
    const [old, now] = [before.subarray(from, from + size), after.subarray(from, from + size)]
    if (Buffer.compare(old, now) === 0) continue
    lines.push(`    ${name}: ${hex(old)} → ${hex(now)}`)
    for (let i = from; i < from + size; i++) told.add(i)
  }
  for (let at = 0; at < after.length; ) {
    if (before[at] === after[at] || told.has(at)) {
      at++
      continue
    }
    let end = at
    while (end < after.length && before[end] !== after[end] && !told.has(end)) end++
    lines.push(`    byte ${at}: ${hex(before.subarray(at, end))} → ${hex(after.subarray(at, end))}`)
    at = end
  }
  return lines
}
