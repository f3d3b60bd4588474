// SPDX-License-Identifier: Apache-2.0
// Messages and answers as Linux 6.12 gives them for reads through pointers to kernel types.
import { describe, expect, test } from 'vitest'
import { BtfBuilder, type Walk, walkStruct } from '../../src/btf/index.ts'
import { isNoCastAlias, structIdsMatch, typesEqualByLayout, typeTags } from '../../src/btf/index.ts'

const b = new BtfBuilder()
const int = b.int('int', 4)
const char = b.int('char', 1)
const task = b.nextId + 3
const taskPtr = b.ptr(task)
const tagged = b.typeTag('rcu', task)
const rcuPtr = b.ptr(tagged)
b.struct('task', 32, [
  { name: 'pid', type: int, offset: 0 },
  { name: 'flag', type: int, bitOffset: 32, bitSize: 3 },
  { name: 'parent', type: taskPtr, offset: 8 },
  { name: 'real', type: rcuPtr, offset: 16 },
  { name: 'comm', type: b.nextId + 1, offset: 24 },
])
b.array(char, int, 6)
const inner = b.struct('inner', 16, [
  { name: 'n', type: int, offset: 0 },
  { name: 'next', type: taskPtr, offset: 8 },
])
const innerArray = b.array(inner, int, 2)
const choice = b.union('choice', 8, [
  { name: 'task', type: taskPtr, offset: 0 },
  { name: 'bits', type: int, offset: 0 },
])
const flexible = b.array(inner, int, 0)
const outer = b.struct('outer', 48, [
  { name: 'in', type: innerArray, offset: 0 },
  { name: 'choice', type: choice, offset: 32 },
  { name: 'hole_after', type: int, offset: 40 },
  { name: 'tail', type: flexible, offset: 48 },
])
const voidPtr = b.ptr(0)
const opaque = b.struct('opaque', 8, [{ name: 'data', type: voidPtr, offset: 0 }])
const alias = b.struct('task___init', 32, [])
const btf = b.build('vmlinux')

const ptrTo = (fieldName: string, more: object = {}): Partial<Walk> => ({
  kind: 'ptr',
  target: task,
  fieldName,
  ...more,
})
const scalar = (size: number): Walk => ({ kind: 'scalar', size })
const error = (message: string): object => ({ kind: 'error', message })

describe('walkStruct', () => {
  const cases: [string, number, number, number, object][] = [
    ['an int', task, 0, 4, scalar(4)],
    ['part of an int', task, 2, 2, scalar(2)],
    ['a bitfield whole', task, 4, 4, scalar(4)],
    ['a pointer', task, 8, 8, ptrTo('parent', { tags: [], untrusted: false })],
    ['a tagged pointer', task, 16, 8, ptrTo('real', { tags: ['rcu'] })],
    [
      'half a pointer',
      task,
      12,
      4,
      error('cannot access ptr member parent with moff 8 in struct task with off 12 size 4'),
    ],
    ['past an int', task, 2, 4, error('access beyond the end of member pid (mend:4) in struct task with off 2 size 4')],
    ['scratch space in a char array', task, 24, 4, scalar(4)],
    [
      'past the array',
      task,
      28,
      4,
      error('access beyond the end of member comm (mend:30) in struct task with off 28 size 4'),
    ],
    ['beyond the struct', task, 32, 8, error('access beyond struct task at off 32 size 8')],
    ['a pointer in an array of structs', outer, 24, 8, ptrTo('next')],
    ['an int in an array of structs', outer, 16, 4, scalar(4)],
    ['a pointer in a union is untrusted', outer, 32, 8, ptrTo('task', { untrusted: true })],
    ['a hole', outer, 44, 4, error("struct outer doesn't have field at offset 44")],
    ['a flexible array far out', outer, 48 + 16 * 100 + 8, 8, ptrTo('next')],
    ['a void pointer is a scalar', opaque, 0, 8, scalar(8)],
    ['no struct at all', int, 0, 4, error("Type 'int' is not a struct")],
  ]
  test.for(cases)('%s', ([, id, off, size, expected]) => {
    expect(walkStruct(btf, id, off, size)).toMatchObject(expected)
  })

  test('a flexible array of one’s own object ends with the struct', () => {
    expect(walkStruct(btf, outer, 48, 8, { flexArrays: false })).toMatchObject(
      error('access beyond struct outer at off 48 size 8'),
    )
  })
})

describe('identity', () => {
  test('type tags right under a pointer', () => {
    expect(typeTags(btf, rcuPtr)).toEqual(['rcu'])
    expect(typeTags(btf, taskPtr)).toEqual([])
  })

  const matches: [string, number, number, number, boolean, boolean][] = [
    ['itself', outer, 0, outer, false, true],
    ['itself, strictly', outer, 0, outer, true, true],
    ['the first member', outer, 0, inner, false, true],
    ['the first member is not itself', outer, 0, inner, true, false],
    ['the second element', outer, 16, inner, false, true],
    ['the middle of an element', outer, 20, inner, false, false],
    ['a nested union', outer, 32, choice, false, true],
    ['another struct', outer, 0, task, false, false],
  ]
  test.for(matches)('structIdsMatch: %s', ([, id, off, wanted, strict, expected]) => {
    expect(structIdsMatch({ btf, id, off }, { btf, id: wanted }, { strict })).toBe(expected)
  })

  test('isNoCastAlias: exactly one name ends in ___init', () => {
    expect(isNoCastAlias(btf, alias, btf, task)).toBe(true)
    expect(isNoCastAlias(btf, task, btf, alias)).toBe(true)
    expect(isNoCastAlias(btf, alias, btf, alias)).toBe(false)
    expect(isNoCastAlias(btf, task, btf, task)).toBe(false)
    expect(isNoCastAlias(btf, inner, btf, alias)).toBe(false)
  })

  test('typesEqualByLayout follows cycles and sees a difference', () => {
    const list = (size: number) => {
      const c = new BtfBuilder()
      const node = c.nextId + 1
      const next = c.ptr(node)
      c.struct('node', 16, [
        { name: 'next', type: next, offset: 0 },
        { name: 'value', type: node + 1, offset: 8 },
      ])
      c.int('int', size)
      return { btf: c.build('x'), node }
    }
    const [x, y, z] = [list(4), list(4), list(8)]
    expect(typesEqualByLayout(x.btf, x.node, y.btf, y.node)).toBe(true)
    expect(typesEqualByLayout(x.btf, x.node, z.btf, z.node)).toBe(false)
  })
})
