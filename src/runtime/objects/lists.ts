// SPDX-License-Identifier: Apache-2.0
// struct list_head: rings of pointers, as the kernel links its objects.

import type { Core } from '../core/core.ts'

/** A ring of its own. */
export function initList({ memory }: Core, head: number): void {
  memory.setPointer(head, head)
  memory.setPointer(head + 8, head)
}

/** Before `head`: at the end of its list. */
export function addToList({ memory }: Core, node: number, head: number): void {
  const last = memory.pointer(head + 8)
  memory.setPointer(last, node)
  memory.setPointer(node, head)
  memory.setPointer(node + 8, last)
  memory.setPointer(head + 8, node)
}

export function removeFromList(core: Core, node: number): void {
  const { memory } = core
  const [next, last] = [memory.pointer(node), memory.pointer(node + 8)]
  memory.setPointer(last, next)
  memory.setPointer(next + 8, last)
  initList(core, node)
}

/** What is linked, first to last. */
export function listNodes({ memory }: Core, head: number): readonly number[] {
  const nodes: number[] = []
  for (let node = memory.pointer(head); node !== head; node = memory.pointer(node)) nodes.push(node)
  return nodes
}
