// SPDX-License-Identifier: Apache-2.0
// The object's BTF, offered to the kernel. libbpf 1.5 goes on without where the kernel refuses it: maps then have no types (no locks, kptrs
// or timers in them), functions no records. A struct_ops map cannot do without.
import { type Btf, kernelRefusal } from '../../btf/index.ts'
import { refuse } from '../faults.ts'
import type { BpfObject, LinkTarget, MapDef } from '../types.ts'

/** The BTF that the kernel gets: the object's, or none. */
export function offeredBtf(
  { btf, structOps, name }: BpfObject,
  target: LinkTarget,
  warnings: string[],
): Btf | undefined {
  const tagsAnywhere = target.gate?.('kptr-tags-anywhere') === true
  const refusal = btf === undefined ? undefined : kernelRefusal(btf, { tagsAnywhere })
  if (btf === undefined || refusal === undefined) return btf
  const { kind, name: typeName } = btf.type(refusal.type)
  const said = `[${refusal.type}] ${kind.toUpperCase()} ${typeName === '' ? '(anon)' : typeName}: ${refusal.message}`
  const place = { object: name, section: '.BTF' }
  if (structOps.length > 0)
    refuse(`Error loading .BTF into kernel: -22. BTF is mandatory, can't proceed. ${said}`, place)
  warnings.push(`Error loading .BTF into kernel: -22. BTF is optional, ignoring. ${said}`)
  return undefined
}

/** A map as it is made without BTF. */
export const untyped = (map: MapDef): MapDef => ({
  ...map,
  keyTypeId: 0,
  valueTypeId: 0,
  ...(map.inner === undefined ? {} : { inner: untyped(map.inner) }),
})
