// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openKernel, openObject, unwrap } from '../../src/index.ts'
import { createMachine } from '../../src/runtime/index.ts'
import { ArenaMap } from '../../src/runtime/maps/arena.ts'
import { answersOf, programsOf } from './programs.ts'

test('pages of an arena: allocated, written, freed, allocated again', async () => {
  expect(await answersOf('arena')).toEqual({ pages: 0 })
})

describe('one of 4 GiB', () => {
  test.for([{}, { interpret: true }, { sanitize: true }])(
    'its first and its last pages are there: %o',
    async (options) => {
      expect(await (await programsOf('arena_large', options)).run('ends')).toBe(0)
    },
  )
  test('what lies between is an error that says which are', async () => {
    const { run } = await programsOf('arena_large')
    expect(run('many')).toBe(
      'the machine has no memory for 400000 pages from page 0 of arena arena: of its 1048576 it has the first 131072 and the last 4096',
    )
  })
  test('of a machine with a limit of memory it takes half of what is left', async () => {
    const { run, machine } = await programsOf('arena_large', { memoryLimit: 32 << 20 })
    expect(run('ends')).toBe(0)
    expect(machine.memory.u8.length).toBeLessThan(32 << 20)
  })
})

test('since 7.0 global variables lie at its end, and its struct says where it is', async () => {
  const object = unwrap(openObject(readFileSync('test/runtime/programs/arena.bpf.o'), 'arena'))
  const maps = object.maps.map((map) =>
    map.type === 'BPF_MAP_TYPE_ARENA' ? { ...map, data: new Uint8Array(5000) } : map,
  )
  for (const [release, offset] of [
    ['6.12', undefined],
    ['7.3', 2 * 4096],
  ] as const) {
    const machine = createMachine(unwrap(await openKernel(release)))
    const arena = [...unwrap(machine.load({ ...object, maps })).maps.values()].find((map) => map instanceof ArenaMap)!
    expect(arena.def.dataOffset).toBe(offset)
    // the other two pages are free
    expect(arena.allocate(2)).toBe(offset === undefined ? 2 : 0)
    const { offset: at } = machine.layouts.field('bpf_arena', 'user_vm_start')
    expect(machine.memory.integer(arena.address + at)).toBe(arena.begin)
  }
})
