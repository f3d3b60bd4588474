// SPDX-License-Identifier: Apache-2.0
// Global variables live in maps that libbpf makes: one per .data*, .rodata*, .bss* and .percpu*
// section, one for .kconfig.
import type { Btf, BtfId } from '../btf/index.ts'
import { mapFlags, mapType } from '../uapi/index.ts'
import type { Collected, DataKind } from './collect.ts'
import { refuse } from './faults.ts'
import { kernelMapName } from './maps.ts'
import type { MapDef } from './types.ts'

/** More than this no array's value has (INT_MAX, array_map_alloc_check). Nobody reads the zeros, so none are made. */
const MAX_BSS = 2 ** 31 - 1

/** The maps behind .data, .rodata, .bss, .percpu and sections named after them. `object`: its name, where the loader names them after it, too. */
export function dataMaps(collected: Collected, object: string | undefined, btf: Btf | undefined): MapDef[] {
  let zeros = 0
  for (const { kind, section } of collected.data.values()) if (kind === 'bss') zeros += section.size
  if (zeros > MAX_BSS) refuse(`${zeros} bytes of .bss are more than ${MAX_BSS}`, { section: '.bss' })
  return [...collected.data.values()]
    .filter(({ section }) => section.size > 0)
    .map(({ kind, section }) => {
      const data = kind === 'bss' ? undefined : section.data
      return internalMap(kind, { name: section.name, index: section.index, size: section.size, data }, object, btf)
    })
}

/** The map that holds .kconfig externs; its contents are the linker's. */
export const kconfigMap = (size: number, object: string | undefined, btf: Btf | undefined): MapDef =>
  internalMap('kconfig', { name: '.kconfig', index: 0, size, data: new Uint8Array(size) }, object, btf)

function internalMap(
  internal: DataKind | 'kconfig',
  {
    name: section,
    index: sectionIndex,
    size,
    data,
  }: { readonly name: string; readonly index: number; readonly size: number; readonly data: Uint8Array | undefined },
  object: string | undefined,
  btf: Btf | undefined,
): MapDef {
  const percpu = internal === 'percpu'
  const readOnly = internal === 'rodata' || internal === 'kconfig'
  const valueTypeId = btf === undefined ? 0 : (firstNamed(btf, section) ?? 0)
  const mmapable = !percpu && btf !== undefined && valueTypeId !== 0 && hasVisibleVariable(btf, valueTypeId)
  const name = object === undefined ? section : internalName(percpu ? '' : object, section)
  return {
    name,
    kernelName: kernelMapName(name),
    ...typeOf(percpu ? 'BPF_MAP_TYPE_PERCPU_ARRAY' : 'BPF_MAP_TYPE_ARRAY'),
    keySize: 4,
    valueSize: size,
    maxEntries: 1,
    flags: (readOnly ? mapFlags.BPF_F_RDONLY_PROG : 0) | (mmapable ? mapFlags.BPF_F_MMAPABLE : 0),
    mapExtra: 0n,
    keyTypeId: 0,
    valueTypeId,
    ...(data === undefined ? {} : { data }),
    frozen: readOnly,
    pinned: false,
    internal,
    section,
    sectionIndex,
    offset: 0,
    autocreate: true,
  }
}

const typeOf = (name: string): { type: string; typeId: number } => ({ type: name, typeId: mapType(name)!.id })

const firstNamed = (btf: Btf, name: string): BtfId | undefined =>
  btf
    .findAll(name)
    .reduce<BtfId | undefined>((least, id) => (least === undefined || id < least ? id : least), undefined)

function hasVisibleVariable(btf: Btf, datasecId: BtfId): boolean {
  const datasec = btf.type(datasecId)
  return (
    datasec.kind === 'datasec' &&
    datasec.entries.some((entry) => {
      const variable = btf.type(entry.type)
      return variable.kind === 'var' && variable.linkage !== 'static'
    })
  )
}

/**
 * 'my_object' and '.rodata' → 'my_objec.rodata': as much of the object's name as leaves seven characters or the section's name whole
 * in the kernel's fifteen; sections with a name of their own ('.rodata.foo') stand alone.
 */
function internalName(object: string, section: string): string {
  const suffix = Math.min(15, Math.max(7, section.length))
  const prefix = section.indexOf('.', 1) > 0 ? 0 : 15 - suffix
  return (object.slice(0, prefix) + section.slice(0, suffix)).replace(/[^A-Za-z0-9_.]/g, '_')
}
