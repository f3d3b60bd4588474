// SPDX-License-Identifier: Apache-2.0
// What is done with what the kernel keeps in a value when the value goes.

import type { Core } from '../core/core.ts'
import { ownedOf } from '../objects/owned.ts'
import { releaseList } from './list.ts'
import { releaseTree } from './rbtree.ts'

export function addReleases(core: Core): void {
  const { fieldReleases } = core
  fieldReleases.set('bpf_list_head', (head) => releaseList(core, head))
  fieldReleases.set('bpf_rb_root', (root) => releaseTree(core, root))
  fieldReleases.set('kptr', (slot) => {
    const object = core.memory.pointer(slot)
    if (object !== 0 && ownedOf(core).has(object)) ownedOf(core).drop(object)
  })
  fieldReleases.set('percpu_kptr', (slot) => {
    const object = core.memory.pointer(slot)
    if (object !== 0) ownedOf(core).dropPercpu(object)
  })
}
