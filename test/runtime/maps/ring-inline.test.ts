// SPDX-License-Identifier: Apache-2.0
// Records reserved and submitted without a call, and with one: the same ones, at the same places, with the same room for others.
import { expect, test } from 'vitest'
import { unwrap } from '../../../src/fault/index.ts'
import { assemble } from '../../../src/isa/index.ts'
import { type Callee, compile, type Imports, instantiate, type JitProgram } from '../../../src/jit/index.ts'
import { openKernel } from '../../../src/kernel/index.ts'
import type { MapDef } from '../../../src/object/index.ts'
import { createMachine } from '../../../src/runtime/index.ts'
import { plainReserve } from '../../../src/runtime/maps/compiled-ring.ts'
import { commitRecord } from '../../../src/runtime/maps/ringbuf.ts'
import { RingBufferMap } from '../../../src/runtime/maps/ringbuf.ts'
import { random } from '../../fuzz/mutate.ts'

const SIZE = 4096
const def = {
  name: 'ring',
  type: 'BPF_MAP_TYPE_RINGBUF',
  keySize: 0,
  valueSize: 0,
  maxEntries: SIZE,
  flags: 0,
  mapExtra: 0n,
  typeId: 27,
  kernelName: 'ring',
} as unknown as MapDef
const kernel = unwrap(await openKernel('6.12'))

/** reserve(size, flags), then submit(record), of a ring of its own. */
function ringOf({ inline }: { readonly inline: boolean }) {
  const machine = createMachine(kernel)
  const ring = new RingBufferMap(machine, def)
  const reserve: Callee = { name: 'reserve', params: ['none', 'halves', 'halves'], result: 'u32' }
  const submit: Callee = { name: 'submit', params: ['i32'], result: 'none' }
  const imports: Imports = new Map<string, (...args: never[]) => number | undefined>([
    ['reserve', plainReserve(machine, ring.shape)],
    ['submit', (sample: number) => void commitRecord(machine, sample, { discard: false })],
  ])
  const program = (text: string, callee: Callee) => {
    const insns = unwrap(assemble(text))
    const at = insns.findIndex(({ op }) => op.kind === 'call')
    const functions = [{ start: 0, end: insns.length, stack: 512 }]
    const jit: JitProgram = { insns, functions, addresses: new Map(), callees: new Map([[at, callee]]) }
    const instance = instantiate(new WebAssembly.Module(compile(jit)), machine.memory.wasm, imports)
    return (r1: bigint, r2: bigint) => Number(instance.run(0, [r1, r2], machine.memory.stackEnd))
  }
  const reserved = 'r3 = r2\nr2 = r1\nr1 = 0\ncall 1\nexit'
  return {
    machine,
    ring,
    reserve: program(reserved, inline ? { ...reserve, inline: { kind: 'ring-reserve', ...ring.shape } } : reserve),
    submit: program('call 1\nexit', inline ? { ...submit, inline: { kind: 'ring-submit' } } : submit),
  }
}

test.for([1, 2, 3])('what is reserved, submitted, discarded and read in any order: %s', (seed) => {
  const [inlined, called] = [ringOf({ inline: true }), ringOf({ inline: false })]
  const [begin, other] = [inlined.ring.shape.ring, called.ring.shape.ring]
  const below = random(seed)
  const open: [number, number][] = []
  let [kept, refused, read] = [0, 0, 0]
  for (let step = 0; step < 4000; step++) {
    const kind = below(8)
    if (kind < 4) {
      const odd = [
        0n,
        1n,
        BigInt(SIZE - 8),
        BigInt(SIZE - 16),
        BigInt(SIZE),
        1n << 30n,
        1n << 32n,
        (1n << 40n) + 8n,
        2n ** 64n - 8n,
      ]
      const size = below(12) === 0 ? odd[below(odd.length)]! : BigInt(below(200))
      const flags = below(20) === 0 ? [1n, 1n << 33n][below(2)]! : 0n
      const [a, b] = [inlined.reserve(size, flags), called.reserve(size, flags)]
      expect([step, size, a === 0 ? 0 : a - begin]).toEqual([step, size, b === 0 ? 0 : b - other])
      if (a === 0) refused++
      else {
        kept++
        inlined.machine.memory.u8.fill(step, a, a + Number(size))
        called.machine.memory.u8.fill(step, b, b + Number(size))
        open.push([a, b])
      }
    } else if (kind < 7 && open.length > 0) {
      const [[a, b]] = open.splice(below(Math.min(3, open.length)), 1) as [[number, number]]
      if (below(4) === 0) {
        commitRecord(inlined.machine, a, { discard: true })
        commitRecord(called.machine, b, { discard: true })
      } else {
        expect(inlined.submit(BigInt(a), 0n)).toBe(0)
        called.submit(BigInt(b), 0n)
      }
    } else if (below(3) === 0) {
      const records = inlined.ring.drain()
      const consumed: Uint8Array[] = []
      expect(called.ring.consume((memory, begin, end) => consumed.push(memory.slice(begin, end)))).toBe(records.length)
      expect(records).toEqual(consumed)
      read += records.length
    }
    for (const what of [0, 2, 3]) expect(inlined.ring.query(what)).toBe(called.ring.query(what))
  }
  expect(Math.min(kept, refused, read)).toBeGreaterThan(50)
})
