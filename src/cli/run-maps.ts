// SPDX-License-Identifier: Apache-2.0
// What a run changed in maps and global variables.
import { type Btf, sizeOf } from '../btf/index.ts'
import type { MapDef } from '../object/index.ts'
import type { Loaded } from '../runtime/index.ts'
import { type Change, differences, hex, valueText } from './run-values.ts'

/** Contents of a map, by key in hexadecimal digits. */
interface Content {
  readonly def: MapDef
  readonly elements: ReadonlyMap<string, Uint8Array>
}

/** By map. */
export type Contents = ReadonlyMap<string, Content>

/** Elements of one map that are looked at. */
const MOST = 4096

function mapsOf({ maps }: Loaded): Contents {
  return new Map(
    [...maps].map(([name, map]) => {
      const elements = new Map<string, Uint8Array>()
      for (const [key, value] of map.entries()) {
        if (elements.size >= MOST) break
        elements.set(Buffer.from(key).toString('hex'), value)
      }
      return [name, { def: map.def, elements }]
    }),
  )
}

/** What changes in the maps of these objects from now on, when it is asked for. */
export function changesSince(all: readonly Loaded[]): () => readonly Change[] {
  const before = all.map(mapsOf)
  return () =>
    all.flatMap((loaded, i) => {
      const [program] = loaded.programs.values()
      return changesOf(before[i]!, mapsOf(loaded), program?.linked.mapBtf)
    })
}

function changesOf(before: Contents, after: Contents, btf: Btf | undefined): readonly Change[] {
  const changes: Change[] = []
  for (const [map, { def, elements: now }] of after) {
    const base = before.get(map)?.elements ?? new Map<string, Uint8Array>()
    for (const key of new Set([...base.keys(), ...now.keys()])) {
      const [from, to] = [base.get(key), now.get(key)]
      if (from !== undefined && to !== undefined && Buffer.compare(from, to) === 0) continue
      const variables =
        from !== undefined && to !== undefined && btf !== undefined ? variablesOf(btf, map, from, to) : []
      changes.push(...(variables.length > 0 ? variables : elementChanges({ def, btf, key, from, to })))
    }
  }
  return changes
}

interface Element {
  readonly def: MapDef
  readonly btf: Btf | undefined
  readonly key: string
  /** undefined: there is none. */
  readonly from: Uint8Array | undefined
  readonly to: Uint8Array | undefined
}

function elementChanges({ def, btf, key, from, to }: Element): readonly Change[] {
  const keyType = typeOf(btf, def.keyTypeId, def.keySize)
  const named = keyType === undefined ? key : valueText(keyType, Uint8Array.from(Buffer.from(key, 'hex')))
  const what = `${def.name}[${named}]`
  // of a per-CPU map a value is one for each CPU, eight bytes aligned
  const stride = (def.valueSize + 7) & ~7
  const copies = /PERCPU/.test(def.type) ? Math.max(1, ((to ?? from)?.length ?? 0) / stride) : 1
  return Array.from({ length: copies }, (_, cpu) => {
    const name = copies === 1 ? what : `${what}, CPU ${cpu}`
    const part = (bytes: Uint8Array | undefined): Uint8Array | undefined =>
      bytes?.subarray(cpu * stride, cpu * stride + def.valueSize)
    return valueChanges(typeOf(btf, def.valueTypeId, def.valueSize), name, part(from), part(to))
  }).flat()
}

type Typed = NonNullable<ReturnType<typeof typeOf>>

function typeOf(btf: Btf | undefined, type: number, size: number) {
  return btf === undefined || type === 0 || sizeOf(btf, type) !== size ? undefined : { btf, type }
}

function valueChanges(
  typed: Typed | undefined,
  what: string,
  from: Uint8Array | undefined,
  to: Uint8Array | undefined,
): readonly Change[] {
  if (from !== undefined && to !== undefined) {
    if (Buffer.compare(from, to) === 0) return []
    if (typed !== undefined) return differences(typed, what, from, to)
  }
  const shown = (bytes: Uint8Array | undefined): string =>
    bytes === undefined ? '(none)' : typed === undefined ? hex(bytes) : valueText(typed, bytes)
  return [{ what, from: shown(from), to: shown(to) }]
}

/** Of .bss, .data and their kin: the variables that changed. */
function variablesOf(btf: Btf, map: string, from: Uint8Array, to: Uint8Array): readonly Change[] {
  const section = /\.[\w.]+$/.exec(map)?.[0]
  const id = section === undefined ? undefined : btf.find(section, 'datasec')
  const type = id === undefined ? undefined : btf.type(id)
  if (type?.kind !== 'datasec') return []
  return type.entries.flatMap(({ type: variable, offset, size }): readonly Change[] => {
    const [old, now] = [from.subarray(offset, offset + size), to.subarray(offset, offset + size)]
    const found = btf.type(variable)
    return found.kind === 'var' ? differences({ btf, type: found.type }, found.name, old, now) : []
  })
}
