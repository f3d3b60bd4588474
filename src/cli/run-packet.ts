// SPDX-License-Identifier: Apache-2.0
// A packet before and after, with the headers that changed named.

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

/** The headers of an Ethernet frame, as far as they are known. */
function partsOf(packet: Uint8Array): readonly Part[] {
  if (packet.length < 14) return []
  let at = 14
  let type = (packet[12]! << 8) | packet[13]!
  const parts = [...fields('ethernet', 0, ETHERNET)]
  if (type === 0x8100 || type === 0x88a8) {
    parts.push(...fields('vlan', 14, 'tci:0:2 type:2:2'))
    type = ((packet[16] ?? 0) << 8) | (packet[17] ?? 0)
    at = 18
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
  if (protocol === 6) parts.push(...fields('tcp', at, TCP))
  if (protocol === 17) parts.push(...fields('udp', at, UDP))
  return parts
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Lines that say what became of it; none where it is the same. */
export function packetChange(before: Uint8Array, after: Uint8Array): readonly string[] {
  if (Buffer.compare(before, after) === 0) return []
  if (before.length !== after.length)
    return [
      `  packet: ${before.length} bytes → ${after.length}`,
      `    before ${hex(before)}`,
      `    after  ${hex(after)}`,
    ]
  return [`  packet: ${after.length} bytes, changed:`, ...differences(before, after, partsOf(after))]
}

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
