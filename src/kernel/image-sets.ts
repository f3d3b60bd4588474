// SPDX-License-Identifier: Apache-2.0
// Kfunc sets of an image without a profile: found in .BTF_ids, named and registered by the facts of known-sets.ts.

import type { Btf } from '../btf/index.ts'
import { type Destructor, type DestructorRow, destructorRows, type KfuncSet, recogniseSet } from '../kfunc/index.ts'
import { scanIds } from './btf-ids.ts'

export interface ImageSets {
  readonly sets: readonly KfuncSet[]
  readonly destructors: readonly Destructor[]
  readonly lists: ReadonlyMap<string, ReadonlySet<string>>
  readonly notes: readonly string[]
}

/** A function set of the kernel, recognised by what is in it. Sets every kernel has; order decides between matches. */
const listMarkers: readonly {
  readonly name: string
  readonly has: string
  readonly lacks?: string
  readonly min?: number
}[] = [
  { name: 'bpf_lsm_hooks', has: 'bpf_lsm_file_open', min: 120 },
  { name: 'sleepable_lsm_hooks', has: 'bpf_lsm_file_open', min: 40 },
  { name: 'untrusted_lsm_hooks', has: 'bpf_lsm_task_free' },
  { name: 'bpf_lsm_disabled_hooks', has: 'bpf_lsm_getprocattr' },
  { name: 'bpf_lsm_current_hooks', has: 'bpf_lsm_sk_alloc_security' },
  { name: 'bpf_lsm_locked_sockopt_hooks', has: 'bpf_lsm_sock_graft' },
  { name: 'bpf_lsm_unlocked_sockopt_hooks', has: 'bpf_lsm_socket_socketpair' },
  { name: 'bool_lsm_hooks', has: 'bpf_lsm_audit_rule_known' },
  { name: 'bool_lsm_hooks', has: 'bpf_lsm_inode_xattr_skipcap' },
  { name: 'void_lsm_hooks', has: 'bpf_lsm_audit_rule_free', min: 20 },
  { name: 'btf_allowlist_d_path', has: 'vfs_getattr' },
  { name: 'btf_id_deny', has: 'migrate_disable' },
  { name: 'noreturn_deny', has: 'do_exit' },
  { name: 'rcu_protected_types', has: 'bpf_cpumask' },
]

/** The sets of vmlinux: `ids` is its .BTF_ids section. */
export function setsOfImage(
  btf: Btf,
  ids: Uint8Array,
  release: string,
  { littleEndian = true }: { readonly littleEndian?: boolean } = {},
): ImageSets {
  const notes: string[] = []
  const scan = scanIds(btf, ids, { littleEndian })
  const sets = scan.sets.flatMap(({ byte, marked, members }): readonly KfuncSet[] => {
    const names = members.map(([id]) => btf.type(id).name)
    const known = recogniseSet(names, release)
    if (known !== undefined) return known.hooks.length === 0 ? [] : [{ ...known, members }]
    if (!marked) return []
    const set = `.BTF_ids+0x${byte.toString(16)}`
    notes.push(`kfunc set ${set} (${names.slice(0, 3).join(', ')} …): which programs may call its kfuncs is not known`)
    return [{ set, hooks: [], members }]
  })
  const lists = new Map<string, ReadonlySet<string>>()
  for (const { ids: members } of scan.lists) {
    const names = new Set(members.map((id) => btf.type(id).name))
    const row = listMarkers.find(({ name, has, min }) => names.has(has) && names.size >= (min ?? 0) && !lists.has(name))
    if (row !== undefined) lists.set(row.name, names)
  }
  const destructors = scan.pairs
    .map(({ struct, func }) => ({ struct, btf, kfunc: btf.type(func).name }))
    .filter(({ kfunc }) => kfunc.endsWith('_dtor'))
  // what is registered by other means than a pair of ids, the facts tell of
  const found = new Set(destructors.map(({ struct }) => struct))
  const missed = knownDestructors(btf).filter(({ struct }) => !found.has(struct))
  return { sets, destructors: [...destructors, ...missed], lists, notes }
}

/** Destructors the facts know: where the kernel has the function, it registers it. */
export function knownDestructors(btf: Btf): readonly Destructor[] {
  return destructorRows.flatMap(({ struct, kfunc, before }: DestructorRow) => {
    const id = btf.find(struct, 'struct')
    const has = [kfunc, before].find((name) => name !== undefined && btf.find(name, 'func') !== undefined)
    return id !== undefined && has !== undefined ? [{ struct: id, btf, kfunc: has }] : []
  })
}
