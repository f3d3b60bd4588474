// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openKernel, openObject, unwrap } from '../../src/index.ts'
import { createMachine } from '../../src/runtime/index.ts'
import { answersOf } from './programs.ts'

test('pages of an arena: allocated, written, freed, allocated again', async () => {
  expect(await answersOf('arena')).toEqual({ pages: 0 })
})

test('one of 4 GiB is an error that says how much there is', async () => {
  const object = unwrap(openObject(readFileSync('test/runtime/programs/arena.bpf.o'), 'arena'))
  const maps = object.maps.map((map) => (map.type === 'BPF_MAP_TYPE_ARENA' ? { ...map, maxEntries: 1 << 20 } : map))
  const { programs } = unwrap(createMachine(unwrap(await openKernel('6.12'))).load({ ...object, maps }))
  const run = programs.get('pages')!.testRun({ ctx: new Uint8Array(64) })
  expect(run.ok ? 'it ran' : run.fault.what).toMatch(
    /^the machine's memory is used up: arena \w+ takes 4294967296 bytes, \d+ of 2147418112 are left$/,
  )
})
