// SPDX-License-Identifier: Apache-2.0
// Programs put into program arrays, and other objects into maps of them, while tests run; as skeletons have it.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openKernel, openObject, unwrap } from '../../src/index.ts'
import { codecs, createMachine, ObjectsView } from '../../src/runtime/index.ts'
import { runHere } from '../cli/here.ts'

const [ENOENT, E2BIG, EBADF, EINVAL] = [-2, -7, -9, -22]

test('a tail call leads to the program that was put in last', async () => {
  const machine = createMachine(unwrap(await openKernel('6.12')))
  const { maps, programs } = unwrap(machine.load(readFileSync('test/cli/testing/filled.bpf.o')))
  const next = new ObjectsView(maps.get('next')!, codecs.u32)
  const returned = (): number => unwrap(programs.get('goes_on')!.testRun({ data: new Uint8Array(64) })).retval
  expect(returned()).toBe(1)
  expect(next.set(0, programs.get('second')!)).toBe(0)
  expect(returned()).toBe(77)
  expect(next.set(0, programs.get('tells_its_cpu')!)).toBe(0)
  expect(returned()).toBe(0)
  expect(next.remove(0)).toBe(0)
  expect([returned(), next.remove(0)]).toEqual([1, ENOENT])
})

test('a map of maps takes one that is made while programs run', async () => {
  const machine = createMachine(unwrap(await openKernel('6.12')))
  const { maps, programs } = unwrap(machine.load(readFileSync('test/runtime/programs/within.bpf.o')))
  const [outer, program] = [maps.get('by_user')!, programs.get('found')!]
  const found = (): number => unwrap(program.testRun({ data: new Uint8Array(64) })).retval
  const inner = machine.innerMap(outer)
  expect([found(), new ObjectsView(outer, codecs.u32).set(7, inner), found()]).toEqual([0, 0, 1])
  expect(inner.set(new Uint8Array(4), Uint8Array.of(5, 0, 0, 0))).toBe(0)
  expect(found()).toBe(6)
  expect(() => machine.innerMap(inner)).toThrow('is a BPF_MAP_TYPE_ARRAY, not a map of maps')
})

test('what the map does not take is refused as the kernel refuses it', async () => {
  const machine = createMachine(unwrap(await openKernel('6.12')))
  const { maps, programs } = unwrap(machine.load(readFileSync('test/cli/testing/filled.bpf.o')))
  const other = unwrap(machine.load(readFileSync('examples/18-memory/packet.bpf.o'))).programs
  const next = new ObjectsView(maps.get('next')!, codecs.u32)
  const second = programs.get('second')!
  expect(next.set(2, second)).toBe(E2BIG)
  expect(next.set(0, { address: 8 })).toBe(EBADF)
  expect(next.set(0, machine.cgroup('other'))).toBe(EINVAL)
  expect(next.set(0, second)).toBe(0)
  // of another type than the first
  expect(next.set(1, [...other.values()].find(({ type }) => type !== second.type)!)).toBe(EINVAL)
  const sockets = unwrap(machine.load(readFileSync('test/runtime/programs/sockets.bpf.o'))).maps
  const byPort = new ObjectsView(sockets.get('by_port')!, codecs.u32)
  expect(byPort.set(80, machine.socket({ remote: '10.0.0.2:80' }))).toBe(0)
})

test('slots take programs and maps, and say what they do not take; what has none says so', async () => {
  const machine = createMachine(unwrap(await openKernel('6.12')))
  const { maps, programs } = unwrap(machine.load(readFileSync('test/cli/testing/filled.bpf.o')))
  const { programs: others } = unwrap(machine.load(readFileSync('examples/18-memory/packet.bpf.o')))
  const [next, second] = [maps.get('next')!, programs.get('second')!]
  const other = [...others.values()].find(({ type }) => type !== second.type)!
  expect([next.setProgram(0, second), next.setProgram(2, second), next.setProgram(1, other)]).toEqual([
    0,
    E2BIG,
    EINVAL,
  ])
  expect(() => next.setMap(0, next)).toThrow('map next is a BPF_MAP_TYPE_PROG_ARRAY, which holds no maps')
  const limits = [...maps.values()].find(({ def }) => def.type === 'BPF_MAP_TYPE_HASH')!
  expect(() => limits.setProgram(0, second)).toThrow(/holds no programs/)
})

test('an object whose slots do not take a program is not loaded, as by libbpf', async () => {
  const machine = createMachine(unwrap(await openKernel('6.12')))
  const object = unwrap(openObject(readFileSync('test/cli/testing/filled.bpf.o'), 'filled'))
  const maps = object.maps.map((map) => (map.name === 'next' ? { ...map, slots: new Map([[2, 'second']]) } : map))
  const loaded = machine.load({ ...object, maps })
  expect(loaded.ok ? '' : loaded.fault.what).toBe('map next: slot [2] does not take second: E2BIG')
})

test('skeletons have them', async () => {
  const { out } = await runHere('gen', 'skeleton', 'test/cli/testing/filled.bpf.o')
  expect(out).toContain('readonly next: ObjectsView<number>')
  expect(out).toContain('next: (map) => new ObjectsView(map, c.u32),')
})
