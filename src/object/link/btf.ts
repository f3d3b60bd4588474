// SPDX-License-Identifier: Apache-2.0
// The object's BTF as the kernel takes it. libbpf 1.5 goes on without where the kernel refuses it: maps then have no types (no locks, kptrs
// or timers in them), functions no records. A struct_ops map cannot do without.
import { type Btf, kernelRefusal } from '../../btf/index.ts'
import { refuse } from '../faults.ts'
import { kernelTypes } from '../records/record.ts'
import type { BpfObject, LinkTarget, MapDef } from '../types.ts'
import { fieldsRefusal } from './special-types.ts'

/** The BTF that programs and maps have in the kernel: the object's, or none. */
export function takenBtf({ btf, structOps, name }: BpfObject, target: LinkTarget, warnings: string[]): Btf | undefined {
  const refusal = btf === undefined ? undefined : refusalOf(btf, target)
  if (refusal === undefined) return btf
  const error = `Error loading .BTF into kernel: ${refusal.errno}.`
  if (structOps.length > 0)
    refuse(`${error} BTF is mandatory, can't proceed. ${refusal.why}`, { object: name, section: '.BTF' }, refusal.hint)
  warnings.push(`${error} BTF is optional, ignoring. ${refusal.why}`)
  return undefined
}

/** A type that is not well-formed; then special fields that do not go together. */
function refusalOf(
  btf: Btf,
  target: LinkTarget,
): { readonly errno: number; readonly why: string; readonly hint?: string | undefined } | undefined {
  const kernel = kernelTypes(target)
  const malformed = kernelRefusal(btf, kernel)
  if (malformed === undefined) return fieldsRefusal(btf, kernel)
  const { kind, name } = btf.type(malformed.type)
  const said = `[${malformed.type}] ${kind.toUpperCase()} ${name === '' ? '(anon)' : name}: ${malformed.message}`
  return { errno: -22, why: said, hint: hintOf(name, malformed.message) }
}

/** What to do about a type that compilers write and the kernel does not take. */
function hintOf(name: string, message: string): string | undefined {
  const parameter = /^Invalid arg#(\d+)$/.exec(message)?.[1]
  if (parameter !== undefined)
    return `parameter ${parameter} of ${name}() has no name in the object's BTF: clang leaves the names of parameters out where a function is __naked; declare it as ${name}(void), or without __naked`
  if (message === 'Invalid name' && name !== '')
    return `the kernel does not take the name ${name}: names are made of letters, digits and underscores`
  return undefined
}

/** A map as it is made without BTF. */
export const untyped = (map: MapDef): MapDef => ({
  ...map,
  keyTypeId: 0,
  valueTypeId: 0,
  ...(map.inner === undefined ? {} : { inner: untyped(map.inner) }),
})
