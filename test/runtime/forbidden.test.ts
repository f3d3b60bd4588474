// SPDX-License-Identifier: Apache-2.0
// Where WebAssembly may not be compiled, as by a page's Content-Security-Policy: programs and maps come to the same.
import { afterEach, expect, test, vi } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import type { Kernel } from '../../src/kernel/index.ts'
import { createMachine, type RingBufferMap } from '../../src/runtime/index.ts'
import { factsOf, linkedOf, loadHandmade, type MapText } from './handmade.ts'
import { answersOf } from './programs.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

function forbid(): void {
  vi.spyOn(WebAssembly, 'Module').mockImplementation(function refused() {
    throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder')
  })
}

test.for(['packets', 'iterators', 'timers', 'dynptr', 'kept', 'hooks'])('programs of %s', async (name) => {
  const compiled = await answersOf(name)
  forbid()
  expect(await answersOf(name)).toEqual(compiled)
})

let kernel: Kernel | undefined

async function made(text: string, maps: readonly MapText[]) {
  kernel ??= unwrap(await openKernel('6.12'))
  const machine = createMachine(kernel)
  const linked = linkedOf({ text, type: 'SYSCALL', maps })
  return loadHandmade(machine, linked, factsOf(linked, kernel)!)
}

/** Puts records of 24 bytes into a ring, every fourth of them thrown away, until there is room for no more. */
async function ring() {
  const { program, maps } = await made(
    `
    r6 = r1
    r1 = map 0
    r2 = 24
    r3 = 0
    call bpf_ringbuf_reserve
    if r0 == 0 goto full
    r1 = *(u64 *)(r6 + 0)
    *(u64 *)(r0 + 0) = r1
    *(u64 *)(r0 + 8) = 8
    *(u64 *)(r0 + 16) = 16
    r2 = 0
    r1 &= 3
    if r1 == 0 goto drop
    r1 = r0
    call bpf_ringbuf_submit
    r0 = 1
    exit
    drop: r1 = r0
    call bpf_ringbuf_discard
    r0 = 2
    exit
    full: r0 = 3
    exit`,
    [{ name: 'ring', type: 'RINGBUF', keySize: 0, valueSize: 0, maxEntries: 4096 }],
  )
  const answers: unknown[] = []
  for (let i = 0; i < 700; i++) {
    const ctx = new Uint8Array(8)
    ctx[0] = i
    answers.push(unwrap(program.testRun({ ctx })).retval)
    if (i % 190 === 189) answers.push((maps[0] as RingBufferMap).drain())
  }
  return answers
}

test('ring buffers fill up and are drained', async () => {
  const compiled = await ring()
  expect(new Set(compiled.filter((answer) => typeof answer === 'number'))).toEqual(new Set([1, 2, 3]))
  forbid()
  expect(await ring()).toEqual(compiled)
})

async function lookups(type: string) {
  const { program, maps } = await made(
    `
    r3 = *(u64 *)(r1 + 0)
    *(u64 *)(r10 - 8) = r3
    r2 = r10
    r2 += -8
    r1 = map 0
    call bpf_map_lookup_elem
    if r0 == 0 goto none
    r0 = *(u32 *)(r0 + 0)
    exit
    none: r0 = 99
    exit`,
    [{ name: 'map', type, keySize: 8, valueSize: 8, maxEntries: 50 }],
  )
  const random = (i: number): number => (i * 2654435761) >>> 24
  const key = (i: number): Uint8Array => Uint8Array.from([i % 33, 0, 0, 0, random(i) & 3, random(i + 7) & 1, 0, 0])
  for (let i = 0; i < 40; i++) maps[0]!.set(key(i), Uint8Array.from([i, 0, 0, 0, 0, 0, 0, 0]))
  return Array.from({ length: 100 }, (_, i) => unwrap(program.testRun({ ctx: key(i) })).retval)
}

test.for(['HASH', 'LRU_HASH'])('look-ups in %s', async (type) => {
  const compiled = await lookups(type)
  expect(new Set(compiled).size).toBeGreaterThan(10)
  forbid()
  expect(await lookups(type)).toEqual(compiled)
})
