// SPDX-License-Identifier: Apache-2.0
// kfuncs on trees of a program's own objects, ordered by its `less`; the trees themselves are in objects/rbtree.ts.

import { caller, model, type Model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { ownedOf } from '../objects/owned.ts'
import {
  childOf,
  firstIn,
  insertNode,
  LEFT,
  nodesOf,
  ownerOf,
  removeNode,
  RIGHT,
  setOwner,
  topOf,
} from '../objects/rbtree.ts'
import { named } from './owned.ts'

const add = (offset: number): Model =>
  caller(['i32', 'i32', 'i32'], 's32', (core) => (root, node, less) => {
    if (ownerOf(core, node) !== 0) {
      ownedOf(core).drop(node - offset)
      return -errno.EINVAL
    }
    setOwner(core, node, root)
    ownedOf(core).put(node, node - offset)
    const func = core.functionAt(less)
    insertNode(core, root, node, (other) => core.call(func, node, other) !== 0n)
    return 0
  })

/** A child of a node that is in the tree; 0: there is none. */
const child = (side: typeof LEFT | typeof RIGHT): Model =>
  model(['i32', 'i32'], 'u32', (core) => (root, node) => (ownerOf(core, node) === root ? childOf(core, node, side) : 0))

export const rbtreeKfuncs: Models = {
  bpf_rbtree_root: model(['i32'], 'u32', (core) => (root) => topOf(core, root)),
  bpf_rbtree_left: child(LEFT),
  bpf_rbtree_right: child(RIGHT),
  bpf_rbtree_first: model(['i32'], 'u32', (core) => (root) => firstIn(core, root)),
  bpf_rbtree_remove: model(['i32', 'i32'], 'u32', (core) => (root, node) => {
    if (ownerOf(core, node) !== root) return 0
    removeNode(core, root, node)
    ownedOf(core).take(node)
    return node
  }),
}

export const rbtreeCalls: ReadonlyMap<string, (offset: number) => Model> = new Map(
  Object.keys(named('bpf_rbtree_add', add(0))).map((name) => [name, add] as const),
)

/** All elements of a tree that goes. */
export function releaseTree(core: Core, root: number): void {
  const nodes = nodesOf(core, root)
  core.memory.u8.fill(0, root, root + 16)
  for (const node of nodes) {
    setOwner(core, node, 0)
    ownedOf(core).drop(ownedOf(core).take(node))
  }
}
