// SPDX-License-Identifier: Apache-2.0
// What is done with what the kernel keeps in a value when the value goes.

import { resolveType } from '../../btf/index.ts'
import type { Core } from '../core/core.ts'
import type { ValueField } from '../maps/fields.ts'
import { handlesOf } from '../host/handles.ts'
import { ownedOf } from '../objects/owned.ts'
import { destroy } from './destructors.ts'
import { releaseList } from './list.ts'
import { releaseTree } from './rbtree.ts'

export function addReleases(core: Core): void {
  const { fieldReleases } = core
  core.givesBack.push(({ taken }) => {
    for (const [address, references] of taken)
      for (let i = 0; i < references; i++) destroy(core, address, handlesOf(core).at(address).struct)
  })
  fieldReleases.set('bpf_list_head', (head) => releaseList(core, head))
  fieldReleases.set('bpf_rb_root', (root) => releaseTree(core, root))
  fieldReleases.set('kptr', (slot, field) => {
    const object = core.memory.pointer(slot)
    if (object === 0) return
    if (ownedOf(core).has(object)) ownedOf(core).drop(object)
    else destroy(core, object, structOf(field))
  })
  fieldReleases.set('percpu_kptr', (slot) => {
    const object = core.memory.pointer(slot)
    if (object !== 0) ownedOf(core).dropPercpu(object)
  })
}

/** Without what CO-RE tells flavours apart by. */
const structOf = ({ btf, typeId }: ValueField): string => resolveType(btf, typeId).name.replace(/___.*$/, '')
