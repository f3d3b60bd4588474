// SPDX-License-Identifier: Apache-2.0
// What maps give users and programs beside what the system call answers.
import { describe, expect, test } from 'vitest'
import { type Btf, BtfBuilder } from '../../../src/btf/index.ts'
import { unwrap } from '../../../src/fault/index.ts'
import { openKernel } from '../../../src/kernel/index.ts'
import type { MapDef } from '../../../src/object/index.ts'
import { Core } from '../../../src/runtime/core/core.ts'
import { errno } from '../../../src/runtime/core/errno.ts'
import { createObject } from '../../../src/runtime/core/objects.ts'
import { helperModels } from '../../../src/runtime/helpers/index.ts'
import { createMap } from '../../../src/runtime/maps/create.ts'
import { indexBytes } from '../../../src/runtime/maps/indexed.ts'
import type { PerfEventArrayMap } from '../../../src/runtime/maps/perf-events.ts'
import {
  commitRecord,
  dropped,
  kept,
  type RingBufferMap,
  type UserRingBufferMap,
} from '../../../src/runtime/maps/ringbuf.ts'

const kernel = unwrap(await openKernel('6.12'))

function mapOf<T>(core: Core, type: string, part: Partial<MapDef> = {}, btf?: Btf): T {
  const def = {
    name: type.toLowerCase(),
    type: `BPF_MAP_TYPE_${type}`,
    typeId: 0,
    keySize: 4,
    valueSize: 8,
    maxEntries: 4,
    flags: 0,
    mapExtra: 0n,
    keyTypeId: 0,
    valueTypeId: 0,
    frozen: false,
    pinned: false,
    kernelName: type,
    section: '.maps',
    offset: 0,
    sectionIndex: 0,
    autocreate: true,
    ...part,
  }
  return createMap(core, def as MapDef, btf) as T
}
type AnyMap = ReturnType<typeof createMap>
const call = (core: Core, helper: string, ...args: readonly (number | bigint)[]): number =>
  (helperModels.get(helper)!.bind(core) as (...given: readonly (number | bigint)[]) => number)(...args)
const bytes = (...list: number[]): Uint8Array => Uint8Array.from(list)

describe('ring buffers', () => {
  const ring = (): { core: Core; map: RingBufferMap } => {
    const core = new Core(kernel)
    return { core, map: mapOf(core, 'RINGBUF', { keySize: 0, valueSize: 0, maxEntries: 4096 }) }
  }

  test('a reader waits for the oldest record, and discarded ones are passed over', () => {
    const { core, map } = ring()
    const first = map.reserve(3)
    const second = map.reserve(2)
    const third = map.reserve(1)
    core.memory.write(first, bytes(1, 2, 3))
    core.memory.write(third, bytes(9))
    commitRecord(core, third, kept)
    expect(map.records()).toEqual([])
    commitRecord(core, second, dropped)
    commitRecord(core, first, kept)
    expect(map.records()).toEqual([bytes(1, 2, 3), bytes(9)])
    expect(map.drain()).toEqual([bytes(1, 2, 3), bytes(9)])
    expect(map.drain()).toEqual([])
  })

  test('what was drained makes room, and records go on over the end', () => {
    const { core, map } = ring()
    const at = core.memory.allocate(1000, 'data')
    for (let round = 0; round < 50; round++) {
      const data = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7 + round) & 0xff)
      core.memory.write(at, data)
      expect(map.output(at, 1000, 0)).toBe(0)
      expect(map.drain()).toEqual([data])
    }
    for (let i = 0; i < 4; i++) expect(map.output(at, 1000, 0)).toBe(0)
    expect(map.output(at, 1000, 0)).toBe(-errno.EAGAIN)
  })

  test('a reader who throws has read that record', () => {
    const { core, map } = ring()
    const at = core.memory.allocate(8, 'data')
    for (const byte of [1, 2]) {
      core.memory.write(at, bytes(byte))
      map.output(at, 1, 0)
    }
    const seen: number[] = []
    const read = () =>
      map.consume((memory, begin) => {
        seen.push(memory[begin]!)
        if (seen.length === 1) throw new Error('no more')
      })
    expect(read).toThrow('no more')
    expect(read()).toBe(1)
    expect(seen).toEqual([1, 2])
  })

  test('samples of users are drained in order, until a program has enough', () => {
    const core = new Core(kernel)
    const map = mapOf<UserRingBufferMap>(core, 'USER_RINGBUF', { keySize: 0, valueSize: 0, maxEntries: 4096 })
    for (let i = 0; i < 3; i++) expect(map.send(bytes(i, i))).toBe(0)
    expect(map.send(new Uint8Array(5000))).toBe(-errno.E2BIG)
    expect(map.send(new Uint8Array(4080))).toBe(-errno.ENOSPC)
    const seen: number[] = []
    expect(map.drain((address) => seen.push(core.memory.u8[address]!) - 1)).toBe(2)
    expect(map.drain(() => 0)).toBe(1)
    expect(seen).toEqual([0, 1])
  })
})

test('perf events: records are kept a CPU once somebody listens', () => {
  const core = new Core(kernel, { cpus: 2 })
  const map = mapOf<PerfEventArrayMap>(core, 'PERF_EVENT_ARRAY', { valueSize: 4, maxEntries: 0 })
  const data = core.memory.allocate(8, 'data')
  core.memory.write(data, bytes(1, 2, 3))
  const output = (low: number): number => call(core, 'bpf_perf_event_output', 0, map.address, low, 0, data, 3)
  expect(output(-1)).toBe(-errno.ENOENT)
  map.listen()
  core.cpu = 1
  expect(output(-1)).toBe(0)
  expect(output(0)).toBe(-errno.EOPNOTSUPP)
  expect(output(2)).toBe(-errno.E2BIG)
  expect(map.drain()).toEqual([{ cpu: 1, data: bytes(1, 2, 3) }])
  expect(map.records).toEqual([])
})

describe('hash maps', () => {
  test('for each: what callbacks add is not met, what they delete neither', () => {
    const core = new Core(kernel)
    const map = mapOf<AnyMap>(core, 'HASH', { valueSize: 4, maxEntries: 8 })
    for (let i = 0; i < 3; i++) map.set(indexBytes(i), indexBytes(i))
    const met: number[] = []
    const called = map.forEach((key) => {
      const index = core.memory.u32(key)
      met.push(index)
      map.remove(indexBytes(index))
      map.remove(indexBytes(1))
      map.set(indexBytes(index + 100), indexBytes(0))
      return 0
    })
    expect(met).toEqual([0, 2])
    expect(called).toBe(2)
    expect([...map.entries()].map(([key]) => new DataView(key.buffer).getUint32(0, true))).toEqual([100, 102])
  })

  test('keys at any address are found', () => {
    const core = new Core(kernel)
    const map = mapOf<AnyMap>(core, 'HASH', { keySize: 7, valueSize: 1, maxEntries: 64 })
    const at = core.memory.allocate(32, 'key')
    for (let i = 0; i < 64; i++) expect(map.set(bytes(1, 2, 3, 4, 5, 6, i), bytes(i))).toBe(0)
    for (let i = 0; i < 64; i++) {
      const key = at + (i % 9)
      core.memory.write(key, bytes(1, 2, 3, 4, 5, 6, i))
      expect(core.memory.u8[map.lookup(key)]).toBe(i)
    }
  })
})

describe('look-ups as WebAssembly', () => {
  test.for([1, 3, 4, 8, 13, 16, 40])('find what those of JavaScript do: hash maps with keys of %i bytes', (keySize) => {
    const core = new Core(kernel, { seed: keySize })
    const map = mapOf<AnyMap>(core, 'HASH', { keySize, maxEntries: 512 })
    const at = core.memory.allocate(64, 'key')
    const { lookupCall } = map
    let found = 0
    for (let round = 0; round < 3000; round++) {
      const key = at + (core.random() % 5)
      for (let i = 0; i < keySize; i++) core.memory.u8[key + i] = i < 3 ? core.random() % 7 : i
      const value = map.userLookup(key)
      expect(lookupCall(key)).toBe(value)
      expect(map.lookup(key)).toBe(value)
      if (value !== 0) found++
      if (core.random() % 3 === 0) map.delete(key)
      else map.update(key, at + 48, 0)
    }
    expect(found).toBeGreaterThan(100)
  })

  test.for([6, 8, 20])('tries with keys of %i bytes', (keySize) => {
    const core = new Core(kernel, { seed: keySize })
    const map = mapOf<AnyMap>(core, 'LPM_TRIE', { keySize, maxEntries: 300, flags: 1 })
    const at = core.memory.allocate(64, 'key')
    const { lookupCall } = map
    const prefixes: { readonly length: number; readonly bytes: Uint8Array; readonly value: number }[] = []
    for (let round = 0; round < 3000; round++) {
      const length = core.random() % ((keySize - 4) * 8 + 2)
      core.memory.setU32(at, length)
      for (let i = 4; i < keySize; i++) core.memory.u8[at + i] = [0, 1, 0x80, 0xff][core.random() % 4]!
      const value = map.lookup(at)
      expect(lookupCall(at)).toBe(value)
      expect(value).toBe(longest(prefixes, core.memory.read(at, keySize), (keySize - 4) * 8))
      const bytes = core.memory.read(at, keySize)
      const same = prefixes.findIndex((one) => one.length === length && begins(bytes, one, length))
      const isUpdate = core.random() % 3 !== 0
      const error = isUpdate ? map.update(at, at + 48, 0) : map.delete(at)
      if (error !== 0) continue
      if (same >= 0) prefixes.splice(same, 1)
      if (isUpdate) prefixes.push({ length, bytes, value: map.lookup(at) })
    }
    expect(prefixes.length).toBeGreaterThan(20)
  })
  const bit = (bytes: Uint8Array, i: number): number => (bytes[4 + (i >> 3)]! >> (7 - (i & 7))) & 1
  function begins(key: Uint8Array, prefix: { readonly bytes: Uint8Array }, length: number): boolean {
    for (let i = 0; i < length; i++) if (bit(key, i) !== bit(prefix.bytes, i)) return false
    return true
  }
  /** As it is defined: of all prefixes no longer than the key that it begins with, the longest. */
  function longest(
    prefixes: readonly { length: number; bytes: Uint8Array; value: number }[],
    key: Uint8Array,
    most: number,
  ): number {
    const length = new DataView(key.buffer).getUint32(0, true)
    if (length > most) return 0
    const fit = prefixes.filter((prefix) => prefix.length <= length && begins(key, prefix, prefix.length))
    return fit.sort((one, other) => other.length - one.length)[0]?.value ?? 0
  }
})

describe('fields that the kernel keeps', () => {
  function timers() {
    const builder = new BtfBuilder()
    const long = builder.int('long', 8)
    const timer = builder.struct('bpf_timer', 16, [
      { name: 'a', type: long, bitOffset: 0 },
      { name: 'b', type: long, bitOffset: 64 },
    ])
    const value = builder.struct('value', 32, [
      { name: 'before', type: long, bitOffset: 0 },
      { name: 'timer', type: timer, bitOffset: 64 },
      { name: 'after', type: long, bitOffset: 192 },
    ])
    return { btf: builder.build('types'), valueTypeId: value }
  }

  test.for(['HASH', 'ARRAY'])(
    '%s: updates copy around them, users read zeros, and they go with the element',
    (type) => {
      const core = new Core(kernel)
      const { btf, valueTypeId } = timers()
      const map = mapOf<AnyMap>(core, type, { valueSize: 32, valueTypeId }, btf)
      const released: number[] = []
      core.fieldReleases.set('bpf_timer', (address) => released.push(core.memory.u32(address)))
      const ones = new Uint8Array(32).fill(1)
      expect(map.set(indexBytes(2), ones)).toBe(0)
      released.length = 0
      const key = core.memory.allocate(4, 'key')
      core.memory.setU32(key, 2)
      const value = map.lookup(key)
      expect(core.memory.read(value + 8, 16)).toEqual(new Uint8Array(16))
      core.memory.setU32(value + 8, 77)
      expect(map.get(indexBytes(2))!.subarray(8, 24)).toEqual(new Uint8Array(16))
      expect(map.set(indexBytes(2), ones)).toBe(0)
      expect(released).toEqual([77])
      expect(map.get(indexBytes(2))!.subarray(24)).toEqual(new Uint8Array(8).fill(1))
    },
  )
})

test('local storage: made when asked for, gone with its owner', () => {
  const core = new Core(kernel)
  const map = mapOf<AnyMap>(core, 'TASK_STORAGE', { maxEntries: 0 })
  const task = createObject(core, 'task_struct')
  const first = core.memory.allocate(8, 'value')
  core.memory.setU32(first, 5)
  const get = (flags: number, value = 0): number =>
    call(core, 'bpf_task_storage_get', map.address, task, value, flags, 0)
  expect(get(0)).toBe(0)
  expect(get(2)).toBe(0)
  const at = get(1, first)
  expect(core.memory.u32(at)).toBe(5)
  expect(get(1)).toBe(at)
  expect(map.get(indexBytes(task))).toEqual(bytes(5, 0, 0, 0, 0, 0, 0, 0))
  core.ownerGone(task)
  expect(get(0)).toBe(0)
  expect(call(core, 'bpf_task_storage_delete', map.address, task)).toBe(-errno.ENOENT)
  expect(call(core, 'bpf_task_storage_delete', map.address, 0)).toBe(-errno.EINVAL)
})

test('queues and stacks are read by age, bloom filters not at all', () => {
  const core = new Core(kernel)
  for (const type of ['QUEUE', 'STACK']) {
    const map = mapOf<AnyMap>(core, type, { keySize: 0, valueSize: 4 })
    const at = core.memory.allocate(4, 'value')
    for (const value of [7, 8, 9]) {
      core.memory.setU32(at, value)
      map.push(at, 0)
    }
    expect([...map.entries()].map(([, value]) => value[0])).toEqual([7, 8, 9])
  }
  expect([...mapOf<AnyMap>(core, 'BLOOM_FILTER', { keySize: 0 }).entries()]).toEqual([])
})

test('arena pages: where there is room, or where they are wanted', () => {
  const core = new Core(kernel)
  const map = mapOf<import('../../../src/runtime/maps/arena.ts').ArenaMap>(core, 'ARENA', { maxEntries: 4 })
  expect(map.begin % 4096).toBe(0)
  expect(map.allocate(2)).toBe(0)
  expect(map.allocate(1, 3)).toBe(3)
  expect(map.allocate(2)).toBeUndefined()
  expect(map.allocate(1, 1)).toBeUndefined()
  core.memory.setU32(map.begin + 4096, 9)
  map.release(1, 1)
  expect(core.memory.u32(map.begin + 4096)).toBe(0)
  expect(map.allocate(2)).toBe(1)
})
