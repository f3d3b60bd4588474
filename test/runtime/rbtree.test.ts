// SPDX-License-Identifier: Apache-2.0
// Trees and lists of a program's own objects, as its calls make them, against arrays that are sorted.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openObject, unwrap } from '../../src/index.ts'
import type { Machine } from '../../src/runtime/index.ts'
import { kfuncCalls } from '../../src/runtime/kfuncs/of-calls.ts'
import { kfuncModels } from '../../src/runtime/kfuncs/index.ts'
import { listCalls, releaseList } from '../../src/runtime/kfuncs/list.ts'
import { rbtreeCalls, releaseTree } from '../../src/runtime/kfuncs/rbtree.ts'
import { ownedOf } from '../../src/runtime/objects/owned.ts'
import { childOf, LEFT, RIGHT, topOf } from '../../src/runtime/objects/rbtree.ts'
import { on } from './on.ts'

type Call = (...args: number[]) => number

async function own(example: string, member: string) {
  const { machine } = await on(example)
  const { btf } = unwrap(openObject(readFileSync(`examples/${example}.bpf.o`), example))
  for (let id = btf!.firstId; id < btf!.count; id++) {
    const type = btf!.type(id)
    if (type.kind !== 'struct') continue
    const node = type.members.find(({ type: of }) => btf!.type(of).name === member)
    if (node !== undefined) return { machine, btf: btf!, id, offset: node.bitOffset >> 3, size: type.size }
  }
  throw new Error(`no struct with ${member}`)
}

/** Of a tree that is balanced, its leaves counted; throws where it is not. */
function blackHeight(machine: Machine, node: number): number {
  if (node === 0) return 1
  const isRed = (at: number): boolean => at !== 0 && (machine.memory.pointer(at) & 1) === 0
  const [left, right] = [childOf(machine, node, LEFT), childOf(machine, node, RIGHT)]
  expect(isRed(node) && (isRed(left) || isRed(right))).toBe(false)
  const height = blackHeight(machine, left)
  expect(blackHeight(machine, right)).toBe(height)
  return height + (isRed(node) ? 0 : 1)
}

test('a tree keeps its order whatever goes in and out; what it holds goes with it', async () => {
  const { machine, btf, id, offset } = await own('10-objects/rbtree', 'bpf_rb_node')
  const { memory } = machine
  const bind = (name: string): Call => kfuncModels.get(name)!.bind(machine) as Call
  const add = rbtreeCalls.get('bpf_rbtree_add_impl')!(offset).bind(machine) as Call
  const [first, remove] = [bind('bpf_rbtree_first'), bind('bpf_rbtree_remove')]
  const values = new Map<number, number>()
  const less = machine.addFunction({
    name: 'less',
    call: ([a, b]) => (values.get(Number(a))! < values.get(Number(b))! ? 1n : 0n),
    low: () => (a, b) => (values.get(a)! < values.get(b)! ? 1 : 0),
  })
  const root = memory.allocate(16, 'root')
  let inside: number[] = []
  for (let round = 0; round < 3000; round++) {
    if (inside.length === 0 || machine.random() % 3 !== 0) {
      const node = ownedOf(machine).create(btf, id) + offset
      values.set(node, machine.random() % 50)
      expect(add(root, node, less)).toBe(0)
      inside.push(node)
    } else {
      const node = inside[machine.random() % inside.length]!
      expect(remove(root, node)).toBe(node)
      expect(remove(root, node)).toBe(0)
      inside = inside.filter((one) => one !== node)
      ownedOf(machine).drop(node - offset)
    }
    if (round % 10 === 0) expect(blackHeight(machine, topOf(machine, root))).toBeGreaterThan(0)
    const least = Math.min(...inside.map((node) => values.get(node)!))
    expect(inside.length === 0 ? first(root) : values.get(first(root))).toBe(inside.length === 0 ? 0 : least)
  }
  const taken: number[] = []
  const all = inside.length
  for (let i = 0; i < all - 5; i++) {
    const node = first(root)
    taken.push(values.get(node)!)
    remove(root, node)
    ownedOf(machine).drop(node - offset)
  }
  expect(taken).toEqual([...taken].sort((a, b) => a - b))
  releaseTree(machine, root)
  expect(first(root)).toBe(0)
  for (const node of inside) expect(memory.block(node - offset)?.freed).toBe(true)
})

test('what is in a list already is dropped, and so told', async () => {
  const { machine, btf, id, offset } = await own('10-objects/list', 'bpf_list_node')
  const push = listCalls.get('bpf_list_push_back_impl')!(offset).bind(machine) as Call
  const pop = kfuncModels.get('bpf_list_pop_front')!.bind(machine) as Call
  const head = machine.memory.allocate(16, 'head')
  const nodes = [1, 2, 3].map(() => ownedOf(machine).create(btf, id) + offset)
  expect(pop(head)).toBe(0)
  expect(nodes.map((node) => push(head, node))).toEqual([0, 0, 0])
  expect(pop(head)).toBe(nodes[0])
  releaseList(machine, head)
  expect(pop(head)).toBe(0)
  expect(nodes.map((node) => machine.memory.block(node - offset)?.freed)).toEqual([false, true, true])
})

test('an object is made only of a type that the verifier knows', () => {
  const call = { kind: 'kfunc', name: 'bpf_obj_new_impl', btfId: 1, args: [] } as const
  expect(kfuncCalls(call, { btf: undefined } as never)).toBeUndefined()
})
