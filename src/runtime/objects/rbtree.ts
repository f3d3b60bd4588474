// SPDX-License-Identifier: Apache-2.0
// Red-black trees in memory (Cormen, Leiserson, Rivest and Stein, "Introduction to Algorithms", Red-Black Trees): shaped as the kernel's are,
// since programs of 7.x see the shape. A missing node is black.
//
//   bpf_rb_root   | top | leftmost |
//   bpf_rb_node   | parent, 1 if it is black | right | left | owner |

import type { Core } from '../core/core.ts'

const TOP = 0
const LEFTMOST = 8
const PARENT = 0
export const RIGHT = 8
export const LEFT = 16
const OWNER = 24
const BLACK = 1

type Side = typeof LEFT | typeof RIGHT
const otherSide = (side: Side): Side => (side === LEFT ? RIGHT : LEFT)

export const topOf = ({ memory }: Core, root: number): number => memory.pointer(root + TOP)
export const firstIn = ({ memory }: Core, root: number): number => memory.pointer(root + LEFTMOST)
export const childOf = ({ memory }: Core, node: number, side: Side): number => memory.pointer(node + side)
export const ownerOf = ({ memory }: Core, node: number): number => memory.pointer(node + OWNER)
export const setOwner = ({ memory }: Core, node: number, root: number): void => memory.setPointer(node + OWNER, root)

const parentOf = ({ memory }: Core, node: number): number => memory.pointer(node + PARENT) & ~BLACK
const isBlack = ({ memory }: Core, node: number): boolean => node === 0 || (memory.pointer(node + PARENT) & BLACK) !== 0
function setParent({ memory }: Core, node: number, parent: number): void {
  memory.setPointer(node + PARENT, parent | (memory.pointer(node + PARENT) & BLACK))
}
function paint({ memory }: Core, node: number, color: 'red' | 'black'): void {
  memory.setPointer(node + PARENT, (memory.pointer(node + PARENT) & ~BLACK) | (color === 'black' ? BLACK : 0))
}
const sideOf = (core: Core, parent: number, node: number): Side => (childOf(core, parent, LEFT) === node ? LEFT : RIGHT)

/** As the first where it is less than all others. */
export function insertNode(core: Core, root: number, node: number, isLess: (other: number) => boolean): void {
  const { memory } = core
  let parent = 0
  let link = root + TOP
  let leftmost = true
  for (let at = memory.pointer(link); at !== 0; at = memory.pointer(link)) {
    parent = at
    const less = isLess(at)
    if (!less) leftmost = false
    link = at + (less ? LEFT : RIGHT)
  }
  memory.setPointer(node + PARENT, parent)
  memory.setPointer(node + LEFT, 0)
  memory.setPointer(node + RIGHT, 0)
  memory.setPointer(link, node)
  if (leftmost) memory.setPointer(root + LEFTMOST, node)
  balanceInserted(core, root, node)
}

/** No red node has a red child. */
function balanceInserted(core: Core, root: number, inserted: number): void {
  let node = inserted
  for (let parent = parentOf(core, node); !isBlack(core, parent); parent = parentOf(core, node)) {
    const grandparent = parentOf(core, parent)
    const side = sideOf(core, grandparent, parent)
    const uncle = childOf(core, grandparent, otherSide(side))
    paint(core, grandparent, 'red')
    if (!isBlack(core, uncle)) {
      paint(core, parent, 'black')
      paint(core, uncle, 'black')
      node = grandparent
      continue
    }
    if (childOf(core, parent, otherSide(side)) === node) {
      lift(core, root, parent, otherSide(side))
      ;[node, parent] = [parent, node]
    }
    paint(core, parent, 'black')
    lift(core, root, grandparent, side)
  }
  paint(core, topOf(core, root), 'black')
}

/** Out of its tree; it is zero then. */
export function removeNode(core: Core, root: number, node: number): void {
  const { memory } = core
  if (firstIn(core, root) === node) memory.setPointer(root + LEFTMOST, nextOf(core, node))
  const [left, right] = [childOf(core, node, LEFT), childOf(core, node, RIGHT)]
  let [gap, parent] = [left === 0 ? right : left, parentOf(core, node)]
  let lost = isBlack(core, node)
  if (left === 0 || right === 0) replace(core, root, node, gap)
  else {
    const heir = nextOf(core, node)
    gap = childOf(core, heir, RIGHT)
    parent = parentOf(core, heir) === node ? heir : parentOf(core, heir)
    lost = isBlack(core, heir)
    if (parent !== heir) {
      replace(core, root, heir, gap)
      memory.setPointer(heir + RIGHT, right)
      setParent(core, right, heir)
    }
    replace(core, root, node, heir)
    memory.setPointer(heir + LEFT, left)
    setParent(core, left, heir)
    paint(core, heir, isBlack(core, node) ? 'black' : 'red')
  }
  memory.u8.fill(0, node, node + OWNER + 8)
  if (lost) balanceRemoved(core, root, gap, parent)
}

/** Every way down has as many black nodes: below `parent` the one to `start` has one fewer. */
function balanceRemoved(core: Core, root: number, start: number, above: number): void {
  let [node, parent] = [start, above]
  while (parent !== 0 && isBlack(core, node)) {
    const side = sideOf(core, parent, node)
    const far = otherSide(side)
    let sibling = childOf(core, parent, far)
    if (!isBlack(core, sibling)) {
      paint(core, sibling, 'black')
      paint(core, parent, 'red')
      lift(core, root, parent, far)
      sibling = childOf(core, parent, far)
    }
    if (isBlack(core, childOf(core, sibling, LEFT)) && isBlack(core, childOf(core, sibling, RIGHT))) {
      paint(core, sibling, 'red')
      ;[node, parent] = [parent, parentOf(core, parent)]
      continue
    }
    if (isBlack(core, childOf(core, sibling, far))) {
      paint(core, childOf(core, sibling, side), 'black')
      paint(core, sibling, 'red')
      lift(core, root, sibling, side)
      sibling = childOf(core, parent, far)
    }
    paint(core, sibling, isBlack(core, parent) ? 'black' : 'red')
    paint(core, parent, 'black')
    paint(core, childOf(core, sibling, far), 'black')
    lift(core, root, parent, far)
    return
  }
  if (node !== 0) paint(core, node, 'black')
}

/** The child at that side takes the node's place, the node becomes its child at the other. */
function lift(core: Core, root: number, node: number, side: Side): void {
  const child = childOf(core, node, side)
  const inner = childOf(core, child, otherSide(side))
  core.memory.setPointer(node + side, inner)
  if (inner !== 0) setParent(core, inner, node)
  replace(core, root, node, child)
  core.memory.setPointer(child + otherSide(side), node)
  setParent(core, node, child)
}

/** `by` stands where `node` stood. */
function replace(core: Core, root: number, node: number, by: number): void {
  const parent = parentOf(core, node)
  if (parent === 0) core.memory.setPointer(root + TOP, by)
  else core.memory.setPointer(parent + sideOf(core, parent, node), by)
  if (by !== 0) setParent(core, by, parent)
}

/** The one that comes after `node`; 0: it is the last. */
function nextOf(core: Core, node: number): number {
  let at = childOf(core, node, RIGHT)
  if (at !== 0) {
    for (let left = childOf(core, at, LEFT); left !== 0; left = childOf(core, at, LEFT)) at = left
    return at
  }
  at = node
  let parent = parentOf(core, at)
  while (parent !== 0 && childOf(core, parent, RIGHT) === at) {
    at = parent
    parent = parentOf(core, at)
  }
  return parent
}

/** In order. */
export function nodesOf(core: Core, root: number): readonly number[] {
  const nodes: number[] = []
  for (let node = firstIn(core, root); node !== 0; node = nextOf(core, node)) nodes.push(node)
  return nodes
}
