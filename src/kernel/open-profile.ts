// SPDX-License-Identifier: Apache-2.0
// A profile's content → the parts of a kernel.

import { type Btf, parseBtf } from '../btf/index.ts'
import { attempt, FaultError, type Result } from '../fault/index.ts'
import { type Destructor, type Kfunc, kfuncsOfSets, type KfuncSet, knownSet } from '../kfunc/index.ts'
import type { KernelParts } from './build-kernel.ts'
import type { Profile, ProfileDestructor, ProfileSet } from './profile-format.ts'
import { parseConfig } from './config.ts'

/** The kernel of a profile, with the modules it bundles (all, or those named). */
export function profileParts(
  { index, blob }: Profile,
  { modules }: { readonly modules?: readonly string[] | undefined } = {},
): Result<KernelParts> {
  return attempt({ section: 'profile' }, () => {
    const notes: string[] = []
    const config = blob(index.config)
    const btf = openBtf(blob(index.btf), 'vmlinux', undefined)
    const kfuncs: Kfunc[] = [...kfuncsOfSets(btf, undefined, registered(index.sets, index.release, notes))]
    const destructors: Destructor[] = [...destructorsIn(btf, index.destructors)]
    const moduleBtfs: Btf[] = []
    for (const module of index.modules) {
      if (modules !== undefined && !modules.includes(module.name)) continue
      const own = openBtf(blob(module.btf), module.name, btf)
      moduleBtfs.push(own)
      kfuncs.push(...kfuncsOfSets(own, module.name, registered(module.sets, index.release, notes)))
      destructors.push(...destructorsIn(own, module.destructors))
    }
    return {
      release: index.release,
      btf,
      modules: moduleBtfs,
      kfuncs,
      destructors,
      lists: new Map(Object.entries(index.lists).map(([name, names]) => [name, new Set(names)])),
      errorInjection: new Set(index.errorInjection),
      config: parseConfig(() => config),
      notes,
      gates: new Map(),
    }
  })
}

function openBtf(bytes: Uint8Array, name: string, base: Btf | undefined): Btf {
  const parsed = parseBtf(bytes, { name, base })
  if (!parsed.ok) throw new FaultError(parsed.fault.what, { ...parsed.fault.place, object: name }, parsed.fault.hint)
  return parsed.value
}

function registered(sets: readonly ProfileSet[], release: string, notes: string[]): readonly KfuncSet[] {
  return sets.flatMap(({ set, members }): readonly KfuncSet[] => {
    const known = knownSet(set, release)
    if (known === undefined) notes.push(`kfunc set ${set}: which programs may call its kfuncs is not known`)
    else if (known.hooks.length === 0) return []
    return [{ set, members, hooks: known?.hooks ?? [], filter: known?.filter }]
  })
}

function destructorsIn(btf: Btf, rows: readonly ProfileDestructor[]): readonly Destructor[] {
  for (const { struct, kfunc } of rows)
    if (struct >= btf.count || btf.type(struct).kind !== 'struct')
      throw new FaultError(`profile’s destructor ${kfunc} is for type ${struct}, which is not a struct`)
  return rows.map(({ struct, kfunc }) => ({ struct, btf, kfunc }))
}
