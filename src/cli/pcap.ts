// SPDX-License-Identifier: Apache-2.0
// Packets of a capture: pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng), as far as packets go.
import { fail, ok, type Result } from '../fault/index.ts'

export interface CapturedPacket {
  /** From its Ethernet header on. */
  readonly data: Uint8Array
  /** Bytes that it had; more than `data` where the capture cut it short. */
  readonly length: number
}

const PCAP = { microseconds: 0xa1b2c3d4, nanoseconds: 0xa1b23c4d }
const SECTION = 0x0a0d0d0a
const BYTE_ORDER = 0x1a2b3c4d

/** Does it begin as a capture does? */
export function isCapture(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false
  const magic = viewOf(bytes).getUint32(0, false)
  return magic === SECTION || littleEndianIn(magic) !== undefined
}

/** Every packet, or a `Fault` that says what of the file cannot be read, and where. */
export function readCapture(bytes: Uint8Array): Result<readonly CapturedPacket[]> {
  if (!isCapture(bytes)) return fail('neither pcap nor pcapng', { byte: 0 })
  return viewOf(bytes).getUint32(0, false) === SECTION ? readPcapng(bytes) : readPcap(bytes)
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** By pcap's magic number as a big-endian reader sees it; undefined: it is none. */
function littleEndianIn(magic: number): boolean | undefined {
  if (magic === PCAP.microseconds || magic === PCAP.nanoseconds) return false
  return magic === 0xd4c3b2a1 || magic === 0x4d3cb2a1 ? true : undefined
}

function readPcap(bytes: Uint8Array): Result<readonly CapturedPacket[]> {
  const view = viewOf(bytes)
  const little = littleEndianIn(view.getUint32(0, false))!
  const [header, record] = [24, 16]
  if (bytes.length < header) return fail('ends within its header', { byte: bytes.length })
  const link = linkOf(view.getUint32(20, little) & 0x0fff_ffff)
  if (!link.ok) return link
  const packets: CapturedPacket[] = []
  for (let at = header; at < bytes.length; ) {
    const size = at + record <= bytes.length ? view.getUint32(at + 8, little) : 0
    if (at + record + size > bytes.length)
      return fail(`packet ${packets.length + 1} ends beyond the file`, { byte: at })
    const data = bytes.subarray(at + record, at + record + size)
    packets.push({ data: link.value(data), length: view.getUint32(at + 12, little) })
    at += record + size
  }
  return ok(packets)
}

/** Blocks that have packets, or say of which kind those are; all others are passed over. */
const blocks = { interface: 1, obsolete: 2, simple: 3, enhanced: 6 }

function readPcapng(bytes: Uint8Array): Result<readonly CapturedPacket[]> {
  const view = viewOf(bytes)
  const packets: CapturedPacket[] = []
  let little = true
  let links: Link[] = []
  for (let at = 0; at < bytes.length; ) {
    if (at + 12 > bytes.length) return fail('ends within a block', { byte: at })
    if (view.getUint32(at, false) === SECTION) {
      little = view.getUint32(at + 8, true) === BYTE_ORDER
      links = []
    }
    const [type, size] = [view.getUint32(at, little), view.getUint32(at + 4, little)]
    if (size < 12 || size % 4 !== 0 || at + size > bytes.length)
      return fail(`a block of ${size} bytes does not fit into the file`, { byte: at })
    const body = bytes.subarray(at + 8, at + size - 4)
    if (type === blocks.interface) {
      if (body.length < 8) return fail('a description of an interface is too short', { byte: at })
      const link = linkOf(viewOf(body).getUint16(0, little))
      if (!link.ok) return link
      links.push(link.value)
    } else {
      const packet = packetIn(type, body, { little })
      const link = packet === undefined ? undefined : links[packet.interface]
      if (packet !== undefined && (link === undefined || packet.data.length < packet.size))
        return fail(`packet ${packets.length + 1} is cut off, or of an interface that is not described`, { byte: at })
      if (packet !== undefined && link !== undefined) packets.push({ data: link(packet.data), length: packet.length })
    }
    at += size
  }
  return ok(packets)
}

interface Block {
  readonly interface: number
  readonly data: Uint8Array
  readonly size: number
  readonly length: number
}

/** undefined: there is none in such a block. */
function packetIn(type: number, body: Uint8Array, { little }: { readonly little: boolean }): Block | undefined {
  const view = viewOf(body)
  if (type === blocks.simple && body.length >= 4) {
    const length = view.getUint32(0, little)
    // as much as there is: a limit of the interface may have cut it
    const data = body.subarray(4, 4 + length)
    return { interface: 0, data, size: data.length, length }
  }
  if ((type !== blocks.enhanced && type !== blocks.obsolete) || body.length < 20) return undefined
  const size = view.getUint32(12, little)
  return {
    interface: type === blocks.enhanced ? view.getUint32(0, little) : view.getUint16(0, little),
    data: body.subarray(20, 20 + size),
    size,
    length: view.getUint32(16, little),
  }
}

/** From what was captured to an Ethernet frame. */
type Link = (data: Uint8Array) => Uint8Array

const ETHERNET = 1
/** LINKTYPE_RAW and its kin: a packet that begins with its IP header. */
const RAW: ReadonlySet<number> = new Set([12, 14, 101, 228, 229])

function linkOf(type: number): Result<Link> {
  if (type === ETHERNET) return ok((data) => data)
  if (RAW.has(type)) return ok(withEthernet)
  return fail(`its packets are of link type ${type}`, {}, 'capture Ethernet frames (1), or IP packets (101)')
}

/** Behind a header of zeros that says which IP it is. */
function withEthernet(data: Uint8Array): Uint8Array {
  const frame = new Uint8Array(14 + data.length)
  frame.set((data[0] ?? 0) >> 4 === 6 ? [0x86, 0xdd] : [0x08, 0x00], 12)
  frame.set(data, 14)
  return frame
}
