// SPDX-License-Identifier: Apache-2.0
import type { MapDef } from '../../object/index.ts'

/** The constant that a load from a frozen read-only data section gives. */
export function dataSection(map: MapDef, off: number, size: number): bigint | undefined {
  // BPF_F_RDONLY_PROG and frozen: neither program nor user can change it any more
  if (map.data === undefined || !map.frozen || (map.flags & 0x80) === 0 || off < 0 || off + size > map.data.length)
    return undefined
  let value = 0n
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(map.data[off + i]!)
  return value
}
