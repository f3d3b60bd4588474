// SPDX-License-Identifier: Apache-2.0
// A kfunc as BTF and its sets describe it.

import type { Btf, BtfId } from '../btf/index.ts'
import { FaultError } from '../fault/index.ts'
import { flagsOfWord } from './flags.ts'
import { typesOfHook } from './hooks.ts'
import { suffixesOf } from './suffixes.ts'
import type { Kfunc, KfuncDeprecation, KfuncParam, KfuncRegistration } from './types.ts'

/** A set of kfuncs with where it is registered: what an image's .BTF_ids and the facts about it come to. */
export interface KfuncSet {
  readonly set: string
  readonly hooks: readonly string[]
  readonly filter?: string | undefined
  /** (BTF id, flags word) */
  readonly members: readonly (readonly [number, number])[]
}

/** Name, parameters and return type of a function in BTF. Not a function: a FaultError. */
export function prototypeOf(
  btf: Btf,
  id: BtfId,
): { readonly name: string; readonly params: readonly KfuncParam[]; readonly ret: BtfId } {
  const func = btf.type(id)
  if (func.kind !== 'func') throw new FaultError(`BTF id ${id} of ${btf.name} is a ${func.kind}, not a function`)
  const proto = btf.type(func.type)
  if (proto.kind !== 'func_proto') throw new FaultError(`function ${func.name} of ${btf.name} has no prototype`)
  const params = proto.params.map(({ name, type }) => ({ name, type, suffixes: suffixesOf(name) }))
  return { name: func.name, params, ret: proto.ret }
}

/**
 * The kfuncs of one BTF from all its sets. A function in several sets is one kfunc with several registrations; flags
 * may differ between sets (hid_bpf's do), so each registration carries its own and `flags` are the first's.
 */
export function kfuncsOfSets(
  btf: Btf,
  module: string | undefined,
  sets: readonly KfuncSet[],
  deprecated: ReadonlyMap<string, KfuncDeprecation> = new Map(),
): readonly Kfunc[] {
  const registrations = new Map<number, KfuncRegistration[]>()
  for (const { set, hooks, filter, members } of sets) {
    for (const [id, word] of members) {
      const { flags } = flagsOfWord(word)
      const own = registrations.get(id) ?? []
      for (const hook of hooks) {
        own.push({ set, hook, types: typesOfHook(hook), flags, ...(filter === undefined ? {} : { filter }) })
      }
      if (hooks.length === 0) own.push({ set, hook: undefined, types: [], flags })
      registrations.set(id, own)
    }
  }
  return [...registrations].map(([id, own]): Kfunc => {
    const { name, params, ret } = prototypeOf(btf, id)
    const callable = own.find(({ hook }) => hook !== 'fmodret') ?? own[0]!
    return {
      name,
      btf,
      btfId: id,
      params,
      ret,
      flags: callable.flags ?? new Set(),
      module,
      registrations: own,
      deprecated: deprecated.get(name),
    }
  })
}
