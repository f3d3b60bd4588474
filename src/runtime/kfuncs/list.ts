// SPDX-License-Identifier: Apache-2.0
// Lists of a program's own objects. A head is two pointers, a node two and its owner:
//
//   bpf_list_head   | next | prev |          zeroes until the first node
//   bpf_list_node   | next | prev | owner |  the head of the list that it is in

import { model, type Model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { ownedOf } from '../objects/owned.ts'
import { named } from './owned.ts'

const NEXT = 0
const PREV = 8
const OWNER = 16

function begin({ memory }: Core, head: number): void {
  if (memory.pointer(head + NEXT) !== 0) return
  memory.setPointer(head + NEXT, head)
  memory.setPointer(head + PREV, head)
}

/** Between two that are neighbours. */
function insert({ memory }: Core, node: number, before: number, after: number): void {
  memory.setPointer(node + NEXT, after)
  memory.setPointer(node + PREV, before)
  memory.setPointer(before + NEXT, node)
  memory.setPointer(after + PREV, node)
}

function unlink(core: Core, node: number): void {
  const { memory } = core
  const [before, after] = [memory.pointer(node + PREV), memory.pointer(node + NEXT)]
  memory.setPointer(before + NEXT, after)
  memory.setPointer(after + PREV, before)
  memory.u8.fill(0, node, node + OWNER + 8)
  ownedOf(core).take(node)
}

/** `offset`: of the node in its object. What is in a list already is dropped, as the kernel does. */
const push = (where: 'front' | 'back', offset: number): Model =>
  model(['i32', 'i32'], 's32', (core) => (head, node) => {
    const { memory } = core
    begin(core, head)
    const ends = where === 'front' ? [head, memory.pointer(head + NEXT)] : [memory.pointer(head + PREV), head]
    return put(core, { head, node, offset }, ends as [number, number])
  })

interface Added {
  readonly head: number
  readonly node: number
  readonly offset: number
}
/** Between these two; where there is no place for it, it is dropped. */
function put(core: Core, { head, node, offset }: Added, between: readonly [number, number] | undefined): number {
  const { memory } = core
  if (between === undefined || memory.pointer(node + OWNER) !== 0) {
    ownedOf(core).drop(node - offset)
    return -errno.EINVAL
  }
  memory.setPointer(node + OWNER, head)
  ownedOf(core).put(node, node - offset)
  insert(core, node, ...between)
  return 0
}

/** Behind a node that is in the list, or first. */
const add = (offset: number): Model =>
  model(['i32', 'i32', 'i32'], 's32', (core) => (head, node, before) => {
    const { memory } = core
    begin(core, head)
    const isIn = before === head || memory.pointer(before + OWNER) === head
    return put(core, { head, node, offset }, isIn ? [before, memory.pointer(before + NEXT)] : undefined)
  })

const pop = (side: number): Model =>
  model(['i32'], 'u32', (core) => (head) => {
    const node = core.memory.pointer(head + side)
    if (node === 0 || node === head) return 0
    unlink(core, node)
    return node
  })

/** The node there, which stays in the list. */
const peek = (side: number): Model =>
  model(['i32'], 'u32', (core) => (head) => {
    const node = core.memory.pointer(head + side)
    return node === head ? 0 : node
  })

/** Is the node in this list, and the one at that end? */
const isAt = (side: number): Model =>
  model(
    ['i32', 'i32'],
    'u32',
    ({ memory }) =>
      (head, node) =>
        memory.pointer(node + OWNER) === head && memory.pointer(head + side) === node ? 1 : 0,
  )

export const listKfuncs: Models = {
  bpf_list_del: model(['i32', 'i32'], 'u32', (core) => (head, node) => {
    if (core.memory.pointer(node + OWNER) !== head) return 0
    unlink(core, node)
    return node
  }),
  bpf_list_is_first: isAt(NEXT),
  bpf_list_is_last: isAt(PREV),
  bpf_list_empty: model(['i32'], 'u32', (core) => (head) => {
    begin(core, head)
    return core.memory.pointer(head + NEXT) === head ? 1 : 0
  }),
  bpf_list_pop_front: pop(NEXT),
  bpf_list_pop_back: pop(PREV),
  bpf_list_front: peek(NEXT),
  bpf_list_back: peek(PREV),
}

/** By name: what is made for an offset of the node in its object. */
export const listCalls: ReadonlyMap<string, (offset: number) => Model> = new Map([
  ...(['front', 'back'] as const).flatMap((where) =>
    Object.keys(named(`bpf_list_push_${where}`, pop(NEXT))).map(
      (name) => [name, (offset: number) => push(where, offset)] as const,
    ),
  ),
  ['bpf_list_add', add] as const,
])

/** All elements of a list that goes. */
export function releaseList(core: Core, head: number): void {
  const { memory } = core
  for (let node = memory.pointer(head + NEXT); node !== 0 && node !== head; node = memory.pointer(head + NEXT)) {
    const after = memory.pointer(node + NEXT)
    memory.setPointer(head + NEXT, after)
    memory.u8.fill(0, node, node + OWNER + 8)
    ownedOf(core).drop(ownedOf(core).take(node))
  }
}
