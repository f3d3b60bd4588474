// SPDX-License-Identifier: Apache-2.0
// Keys looked up where the call would stand, in hash maps and those that keep what was used least recently: what is found is what a Map of
// JavaScript has, and so is the order afterwards.
import { expect, test } from 'vitest'
import { unwrap } from '../../../src/fault/index.ts'
import { assemble } from '../../../src/isa/index.ts'
import { type Callee, compile, instantiate, type JitProgram } from '../../../src/jit/index.ts'
import { openKernel } from '../../../src/kernel/index.ts'
import type { MapDef } from '../../../src/object/index.ts'
import { createMachine, type Machine, type RuntimeMap } from '../../../src/runtime/index.ts'
import { HashMap, PercpuHashMap } from '../../../src/runtime/maps/hash.ts'
import { PercpuArrayMap } from '../../../src/runtime/maps/percpu-array.ts'
import { random } from '../../fuzz/mutate.ts'

const kernel = unwrap(await openKernel('6.12'))
const ENTRIES = 64

/** Programs by how a key comes to where it is looked up, r1 being its address. */
const ways: readonly (readonly [what: string, sizes: readonly number[], text: string])[] = [
  ['it lies in memory', [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16], 'r2 = r1\nr1 = 0\ncall 1\nexit'],
  [
    'it is on the stack',
    [4],
    'r1 = *(u32 *)(r1 + 0)\n*(u32 *)(r10 - 8) = r1\nr2 = r10\nr2 += -8\nr1 = 0\ncall 1\nexit',
  ],
  [
    'it is on the stack',
    [8],
    'r1 = *(u64 *)(r1 + 0)\n*(u64 *)(r10 - 8) = r1\nr2 = r10\nr2 += -8\nr1 = 0\ncall 1\nexit',
  ],
  [
    'it is put on the stack by halves',
    [8],
    `r3 = *(u32 *)(r1 + 0)\nr4 = *(u32 *)(r1 + 4)\n*(u32 *)(r10 - 8) = r3\n*(u32 *)(r10 - 4) = r4
      r2 = r10\nr2 += -8\nr1 = 0\ncall 1\nexit`,
  ],
]
const cases = ways.flatMap(([what, sizes, text]) =>
  sizes.flatMap((size) =>
    (['HASH', 'LRU_HASH', 'PERCPU_HASH', 'LRU_PERCPU_HASH'] as const).map(
      (type) => [`${type}, keys of ${size}, ${what}`, type, size, text] as const,
    ),
  ),
)

const CPUS = 3
const defOf = (type: string, keySize: number): MapDef =>
  ({
    name: 'map',
    type: `BPF_MAP_TYPE_${type}`,
    keySize,
    valueSize: 8,
    maxEntries: ENTRIES,
    flags: 0,
    mapExtra: 0n,
    typeId: 1,
    kernelName: 'map',
  }) as unknown as MapDef

/** The program, of which the only call is replaced by what the map has for it. */
function lookup(machine: Machine, map: RuntimeMap, text: string) {
  const insns = unwrap(assemble(text))
  const at = insns.findIndex(({ op }) => op.kind === 'call')
  const callee: Callee = { name: 'lookup', params: ['none', 'i32'], result: 'u32', inline: map.lookupInline! }
  const jit: JitProgram = {
    insns,
    functions: [{ start: 0, end: insns.length, stack: 512 }],
    addresses: new Map(),
    callees: new Map([[at, callee]]),
    reach: new Map([[at, [undefined, undefined, map.def.keySize]]]),
  }
  const imports = new Map([['lookup', () => -1]])
  const instance = instantiate(new WebAssembly.Module(compile(jit)), machine.memory.wasm, imports)
  return (key: number): number => Number(instance.run(0, [BigInt(key)], machine.memory.stackEnd))
}

test.for(cases)('%s', ([, type, keySize, text]) => {
  const machine = createMachine(kernel, { cpus: CPUS })
  const [ofCpus, ofUse] = [type.includes('PERCPU'), type.includes('LRU')]
  const map = new (ofCpus ? PercpuHashMap : HashMap)(machine, defOf(type, keySize))
  const found = lookup(machine, map, text)
  const [key, value] = [machine.memory.allocate(24, 'key') + (keySize % 2), machine.memory.allocate(8, 'value')]
  const wanted = new Map<number, number[]>()
  const below = random(keySize)
  const numbers = Math.min(256, 2 * ENTRIES)
  // keys that differ in their first, last or middle byte only
  const place = [0, keySize - 1, keySize >> 1][below(3)]!
  for (let step = 0; step < 3000; step++) {
    const number = below(numbers)
    machine.cpu = ofCpus ? below(CPUS) : 0
    machine.memory.u8.fill(7, key, key + keySize)
    machine.memory.u8[key + place] = number
    const values = wanted.get(number)
    const kind = below(8)
    if (kind === 0) {
      expect(map.delete(key)).toBe(wanted.delete(number) ? 0 : -2)
      continue
    }
    if (kind < 3 && (wanted.size < ENTRIES || values !== undefined)) {
      machine.memory.setNumber(value, 8, step)
      expect(map.update(key, value, 0)).toBe(0)
      const now = values ?? [0, 0, 0]
      now[machine.cpu] = step
      wanted.set(number, now)
    } else {
      const address = found(key)
      expect(address === 0 ? undefined : machine.memory.integer(address)).toBe(values?.[machine.cpu])
      if (!ofUse) expect(map.lookup(key)).toBe(address)
    }
    const used = wanted.get(number)
    if (ofUse && used !== undefined) {
      wanted.delete(number)
      wanted.set(number, used)
    }
    if (step % 100 === 0) expect([...map.entries()].map(([one]) => one[place])).toEqual([...wanted.keys()])
  }
  expect(wanted.size).toBeGreaterThan(20)
})

test('an array of each CPU', () => {
  const machine = createMachine(kernel, { cpus: CPUS })
  const map = new PercpuArrayMap(machine, defOf('PERCPU_ARRAY', 4))
  const found = lookup(machine, map, ways[0]![2])
  const key = machine.memory.allocate(8, 'key')
  for (let cpu = 0; cpu < CPUS; cpu++)
    for (const index of [0, 1, ENTRIES - 1, ENTRIES, 0x7fff_ffff, 0xffff_ffff]) {
      machine.cpu = cpu
      machine.memory.setU32(key, index)
      expect(found(key)).toBe(map.lookup(key))
      expect(found(key) === 0).toBe(index >= ENTRIES)
    }
})
