// SPDX-License-Identifier: Apache-2.0
// Trees of a program's own objects, ordered by its `less`. The kernel's are balanced (red and black); these are not: the order of elements is
// the same, the shape is not, nor how often `less` is asked.
//
//   bpf_rb_root   | top | leftmost |
//   bpf_rb_node   | parent | right | left | owner |

import { caller, model, type Model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { ownedOf } from '../objects/owned.ts'
import { named } from './owned.ts'

const TOP = 0
const LEFTMOST = 8
const PARENT = 0
const RIGHT = 8
const LEFT = 16
const OWNER = 24

const add = (offset: number): Model =>
  caller(['i32', 'i32', 'i32'], 's32', (core) => (root, node, less) => {
    const { memory } = core
    if (memory.pointer(node + OWNER) !== 0) {
      ownedOf(core).drop(node - offset)
      return -errno.EINVAL
    }
    memory.setPointer(node + OWNER, root)
    ownedOf(core).put(node, node - offset)
    const func = core.functionAt(less)
    let parent = 0
    let link = root + TOP
    let leftmost = true
    for (let at = memory.pointer(link); at !== 0; at = memory.pointer(link)) {
      parent = at
      const isLess = core.call(func, node, at) !== 0n
      if (!isLess) leftmost = false
      link = at + (isLess ? LEFT : RIGHT)
    }
    memory.setPointer(node + PARENT, parent)
    memory.setPointer(node + LEFT, 0)
    memory.setPointer(node + RIGHT, 0)
    memory.setPointer(link, node)
    if (leftmost) memory.setPointer(root + LEFTMOST, node)
    return 0
  })

/** The one in the tree that comes after `node`; 0: it is the last. */
function nextOf({ memory }: Core, node: number): number {
  let at = memory.pointer(node + RIGHT)
  if (at !== 0) {
    for (let left = memory.pointer(at + LEFT); left !== 0; left = memory.pointer(at + LEFT)) at = left
    return at
  }
  at = node
  let parent = memory.pointer(at + PARENT)
  while (parent !== 0 && memory.pointer(parent + RIGHT) === at) {
    at = parent
    parent = memory.pointer(at + PARENT)
  }
  return parent
}

/** `by` stands where `node` stood. */
function replace({ memory }: Core, root: number, node: number, by: number): void {
  const parent = memory.pointer(node + PARENT)
  if (parent === 0) memory.setPointer(root + TOP, by)
  else memory.setPointer(parent + (memory.pointer(parent + LEFT) === node ? LEFT : RIGHT), by)
  if (by !== 0) memory.setPointer(by + PARENT, parent)
}

function unlink(core: Core, root: number, node: number): void {
  const { memory } = core
  if (memory.pointer(root + LEFTMOST) === node) memory.setPointer(root + LEFTMOST, nextOf(core, node))
  const [left, right] = [memory.pointer(node + LEFT), memory.pointer(node + RIGHT)]
  if (left === 0) replace(core, root, node, right)
  else if (right === 0) replace(core, root, node, left)
  else {
    const heir = nextOf(core, node)
    if (memory.pointer(heir + PARENT) !== node) {
      replace(core, root, heir, memory.pointer(heir + RIGHT))
      memory.setPointer(heir + RIGHT, right)
      memory.setPointer(right + PARENT, heir)
    }
    replace(core, root, node, heir)
    memory.setPointer(heir + LEFT, left)
    memory.setPointer(left + PARENT, heir)
  }
  memory.u8.fill(0, node, node + OWNER + 8)
  ownedOf(core).take(node)
}

export const rbtreeKfuncs: Models = {
  bpf_rbtree_first: model(['i32'], 'u32', (core) => (root) => core.memory.pointer(root + LEFTMOST)),
  bpf_rbtree_remove: model(['i32', 'i32'], 'u32', (core) => (root, node) => {
    if (core.memory.pointer(node + OWNER) !== root) return 0
    unlink(core, root, node)
    return node
  }),
}

export const rbtreeCalls: ReadonlyMap<string, (offset: number) => Model> = new Map(
  Object.keys(named('bpf_rbtree_add', add(0))).map((name) => [name, add] as const),
)

/** All elements of a tree that goes. */
export function releaseTree(core: Core, root: number): void {
  const { memory } = core
  const nodes: number[] = []
  for (let node = memory.pointer(root + LEFTMOST); node !== 0; node = nextOf(core, node)) nodes.push(node)
  memory.u8.fill(0, root, root + LEFTMOST + 8)
  for (const node of nodes) {
    memory.setPointer(node + OWNER, 0)
    ownedOf(core).drop(ownedOf(core).take(node))
  }
}
