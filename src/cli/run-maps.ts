// SPDX-License-Identifier: Apache-2.0
// What a run changed in maps and global variables.
import { type Btf, resolveType } from '../btf/index.ts'
import type { Loaded } from '../runtime/index.ts'

export interface Change {
  /** 'counts[01000000]', or a variable's name. */
  readonly what: string
  readonly from: string
  readonly to: string
}

/** Contents by map, by key in hexadecimal digits. */
export type Contents = ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>

/** Elements of one map that are looked at. */
const MOST = 4096

export function mapsOf({ maps }: Loaded): Contents {
  return new Map(
    [...maps].map(([name, map]) => {
      const elements = new Map<string, Uint8Array>()
      for (const [key, value] of map.entries()) {
        if (elements.size >= MOST) break
        elements.set(Buffer.from(key).toString('hex'), value)
      }
      return [name, elements]
    }),
  )
}

export function changesOf(before: Contents, after: Contents, btf: Btf | undefined): readonly Change[] {
  const changes: Change[] = []
  for (const [map, now] of after) {
    const base = before.get(map) ?? new Map<string, Uint8Array>()
    for (const key of new Set([...base.keys(), ...now.keys()])) {
      const [from, to] = [base.get(key), now.get(key)]
      if (from !== undefined && to !== undefined && Buffer.compare(from, to) === 0) continue
      const variables =
        from !== undefined && to !== undefined && btf !== undefined ? variablesOf(btf, map, from, to) : []
      changes.push(
        ...(variables.length > 0 ? variables : [{ what: `${map}[${key}]`, from: shown(from), to: shown(to) }]),
      )
    }
  }
  return changes
}

/** Of .bss, .data and their kin: the variables that changed. */
function variablesOf(btf: Btf, map: string, from: Uint8Array, to: Uint8Array): readonly Change[] {
  const section = /\.[\w.]+$/.exec(map)?.[0]
  const id = section === undefined ? undefined : btf.find(section, 'datasec')
  const type = id === undefined ? undefined : btf.type(id)
  if (type?.kind !== 'datasec') return []
  return type.entries.flatMap(({ type: variable, offset, size }): Change[] => {
    const [old, now] = [from.subarray(offset, offset + size), to.subarray(offset, offset + size)]
    const found = btf.type(variable)
    if (found.kind !== 'var' || Buffer.compare(old, now) === 0) return []
    const value = resolveType(btf, found.type)
    const text = (bytes: Uint8Array): string =>
      value.kind === 'int' || value.kind === 'enum' ? number(bytes, value) : shown(bytes)
    return [{ what: found.name, from: text(old), to: text(now) }]
  })
}

function number(bytes: Uint8Array, { signed }: { readonly signed: boolean }): string {
  let value = 0n
  for (const byte of [...bytes].reverse()) value = (value << 8n) | BigInt(byte)
  return (signed ? BigInt.asIntN(8 * bytes.length, value) : value).toString()
}

const LONGEST = 32

function shown(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return '(none)'
  const text = Buffer.from(bytes.subarray(0, LONGEST)).toString('hex')
  return bytes.length > LONGEST ? `${text}… (${bytes.length} bytes)` : text
}
