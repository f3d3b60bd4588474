// SPDX-License-Identifier: Apache-2.0
// Packets that a check compared and found otherwise: Cilium's checks leave both in scapy_assert_map (struct scapy_assert of its scapy.h).
import type { RuntimeMap } from '../../runtime/index.ts'
import { packetDifference } from '../run-packet.ts'

const TEXT = 128
const BUFFER = 1518
/** Four texts, then each packet behind its length. */
const [name, file, line, layer] = [0, TEXT, 2 * TEXT, 3 * TEXT]
const expected = 4 * TEXT
const got = expected + 2 + BUFFER
const SIZE = got + 2 + BUFFER

/** Lines that tell them; the map is as it was before. */
export function comparisons(map: RuntimeMap | undefined): readonly string[] {
  if (map === undefined || map.def.valueSize < SIZE) return []
  const lines: string[] = []
  for (let index = 0; index < map.def.maxEntries; index++) {
    const key = new Uint8Array(new Uint32Array([index]).buffer)
    const value = map.get(key)
    if (value === undefined || textAt(value, name) === '') continue
    const at = `${textAt(value, file)}:${textAt(value, line)}`
    lines.push(`${textAt(value, name)}: ${at}: the packet is not what was expected: expected → got`)
    lines.push(...packetDifference(packetAt(value, expected), packetAt(value, got), textAt(value, layer)))
    map.set(key, new Uint8Array(map.def.valueSize))
  }
  return lines
}

function textAt(bytes: Uint8Array, at: number): string {
  const text = bytes.subarray(at, at + TEXT)
  const end = text.indexOf(0)
  return new TextDecoder().decode(text.subarray(0, end < 0 ? TEXT : end))
}

function packetAt(bytes: Uint8Array, at: number): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint16(at, true)
  return bytes.slice(at + 2, at + 2 + Math.min(length, BUFFER))
}
