// SPDX-License-Identifier: Apache-2.0
// Programs from strangers end when the machine's owner says, and take what he allows. docs/security.md, "Running".
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import { createMachine, type Machine, PerfEventArrayMap } from '../../src/runtime/index.ts'
import { HASH, HEADER } from '../../src/runtime/maps/elements.ts'
import { globalsOf, packet, programsOf } from './programs.ts'

test('judging has limits of its own', async () => {
  const { machine } = await programsOf('limits')
  const bytes = readFileSync('test/runtime/programs/limits.bpf.o')
  const { programs, refused } = unwrap(machine.load(bytes, { maxInsns: 20 }))
  expect([...programs.keys()]).toContain('loops')
  const refusal = refused.get('grows')
  expect(refusal?.kind === 'report' && refusal.report.verdict).toBe('unsupported')
  const late = unwrap(machine.load(bytes, { totalInsns: 60 })).refused
  expect(late.size).toBeGreaterThan(5)
})

/** u32 of a syscall program's context. */
const number = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer)
/** struct __sk_buff with a mark. */
function marked(mark: number): Uint8Array {
  const ctx = new Uint8Array(192)
  new DataView(ctx.buffer).setUint32(8, mark, true)
  return ctx
}
const rounds = (checked: { machine: Machine } & Awaited<ReturnType<typeof programsOf>>): number =>
  Number(globalsOf(checked).getBigUint64(8, true))

const LIMIT = 100_000

test('instructions are counted over callbacks, and the machine goes on behind', async () => {
  const checked = await programsOf('limits', { insnLimit: LIMIT })
  const loops = checked.program('loops')!
  const stopped = loops.testRun({ ctx: number(0x7fffff) })
  expect(stopped.ok ? 'it ran' : stopped.fault.what).toBe('insnLimit: more than 100000 instructions were to run')
  const before = rounds(checked)
  expect(before).toBeGreaterThan(LIMIT / 20)
  expect(before).toBeLessThan(LIMIT)
  expect(loops.testRun({ ctx: number(1000) }).ok).toBe(true)
  expect(rounds(checked)).toBe(before + 1000)
})

test('programs that are interpreted count, too', async () => {
  const { program } = await programsOf('limits', { insnLimit: LIMIT, interpret: true })
  const stopped = program('loops')!.testRun({ ctx: number(0x7fffff) })
  expect(stopped.ok ? 'it ran' : stopped.fault.what).toContain('insnLimit')
  expect(program('loops')!.testRun({ ctx: number(1000) }).ok).toBe(true)
})

test('without a limit nothing is counted', async () => {
  const checked = await programsOf('limits')
  expect(checked.program('loops')!.testRun({ ctx: number(200_000) }).ok).toBe(true)
  expect(rounds(checked)).toBe(200_000)
})

test('programs that follow by tail calls share what is left', async () => {
  const checked = await programsOf('limits', { insnLimit: LIMIT })
  const run = (name: string, mark: number) => checked.program(name)!.testRun({ data: packet, ctx: marked(mark) })
  expect(run('second', 0).ok).toBe(true)
  // the most rounds that one of them comes through with
  let most = 100
  while (run('second', most).ok) most += 100
  expect(run('chained', most >> 2).ok).toBe(true)
  expect(run('chained', most - 1000).ok).toBe(false)
})

test('a timer that starts itself again ends with the advance', async () => {
  const checked = await programsOf('limits', { insnLimit: LIMIT })
  expect(checked.run('timer')).toBe(0)
  expect(() => checked.machine.advance(1)).toThrow('insnLimit')
  expect(rounds(checked)).toBeGreaterThan(1000)
})

test('what models move counts by its bytes', async () => {
  const checked = await programsOf('limits', { insnLimit: 1_000_000 })
  expect(checked.program('copies')!.testRun({ ctx: number(50) }).ok).toBe(true)
  // some 30,000 instructions of its own, and 65 MB
  const stopped = checked.program('copies')!.testRun({ ctx: number(1000) })
  expect(stopped.ok ? 'it ran' : stopped.fault.what).toContain('insnLimit')
})

test('a lock that a program held when it was cut off is free', async () => {
  const machine = createMachine(unwrap(await openKernel('7.3')), { insnLimit: 1500 })
  const { programs, refused } = unwrap(machine.load(readFileSync('test/runtime/programs/locks.bpf.o')))
  expect([...refused.values()]).toEqual([])
  const run = (rounds: number) => programs.get('long_lock')!.testRun({ data: packet, ctx: marked(rounds) })
  expect(unwrap(run(10)).retval).toBe(0)
  const stopped = run(1000)
  expect(stopped.ok ? 'it ran' : stopped.fault.what).toContain('insnLimit')
  expect(unwrap(run(10)).retval).toBe(0)
})

test('memory: what is known of small blocks counts, too', async () => {
  const small = await programsOf('limits', { memoryLimit: 8 << 20 })
  expect(small.program('grows')!.testRun({ ctx: number(10_000) }).ok).toBe(true)
  const stopped = small.program('grows')!.testRun({ ctx: number(0xfffff) })
  expect(stopped.ok ? 'it ran' : stopped.fault.what).toContain("the machine's memory is used up")
  expect(small.machine.memory.u8.length).toBeLessThan(10 << 20)
})

test('elements of maps', async () => {
  const checked = await programsOf('limits', { mapEntryLimit: 1000 })
  const stopped = checked.program('grows')!.testRun({ ctx: number(1) })
  expect(stopped.ok ? 'it ran' : stopped.fault.what).toBe(
    'mapEntryLimit: with map many there would be more than 1000 elements',
  )
  expect(checked.program('timer')!.testRun({ ctx: number(1) }).ok).toBe(true)
})

test('who knows how keys are hashed in one machine knows nothing of another', async () => {
  const hashOf = async (): Promise<number> => {
    const { machine, program } = await programsOf('limits')
    expect(program('grows')!.testRun({ ctx: number(2) }).ok).toBe(true)
    const many = [...machine.maps.values()].find(({ name }) => name === 'many')!
    const key = machine.memory.allocate(8, 'key')
    machine.memory.setU32(key, 1)
    // the hash stands before the key
    return machine.memory.u32(many.lookup(key) - 8 - HEADER + HASH)
  }
  expect(new Set([await hashOf(), await hashOf(), await hashOf()]).size).toBeGreaterThan(1)
})

test('events that nobody drains are lost, as the kernel loses them', async () => {
  const checked = await programsOf('limits')
  const events = [...checked.machine.maps.values()].find((map) => map instanceof PerfEventArrayMap)!
  events.listen()
  const emitted = checked.program('emits')!.testRun({ data: packet })
  expect(emitted.ok && emitted.value.retval).toBe(events.lost)
  expect(events.lost).toBeGreaterThan(0)
  expect(events.drain().length).toBe(600 - events.lost)
  const again = checked.program('emits')!.testRun({ data: packet })
  expect(again.ok && again.value.retval).toBe(events.lost / 2)
})

test('an iterator writes less than eight pages', async () => {
  const checked = await programsOf('limits')
  const task = checked.machine.task({})
  const written = (name: string): number => {
    const called = checked.program(name)!.call({ args: [task] })
    if (!called.ok) throw new Error(called.fault.what)
    expect(rounds(checked)).toBe(1)
    return called.value.written!.length
  }
  expect(written('writes')).toBe(32767)
  expect(written('writes_too_much')).toBe(0)
})

test('a body that runs its own program again is stopped, and so is what WebAssembly stops', async () => {
  const checked = await programsOf('limits', { insnLimit: LIMIT })
  const { machine } = checked
  const reads = checked.program('reads')!
  machine.mock('bpf_map_lookup_elem', () => {
    const again = reads.testRun({ ctx: number(0) })
    if (!again.ok) throw new Error(again.fault.what)
    return 0
  })
  expect(() => reads.testRun({ ctx: number(0) })).toThrow(/too deep|too many others/)
  machine.unmock('bpf_map_lookup_elem')
  // a model that answers what is no address
  machine.mock('bpf_map_lookup_elem', () => 0x7fff_fff0)
  const stopped = reads.testRun({ ctx: number(0) })
  expect(stopped.ok ? 'it ran' : stopped.fault.what).toMatch(
    /^reads was stopped \(memory access out of bounds\)\. .*please report/,
  )
  machine.unmock('bpf_map_lookup_elem')
  expect(reads.testRun({ ctx: number(0) }).ok).toBe(true)
})

test('of what programs print, redirect and signal without end the latest are kept', async () => {
  const told = await programsOf('repeat')
  const { machine } = told
  unwrap(told.program('tells')!.testRun({ data: packet, repeat: 20_000 }))
  expect(machine.printed.length).toBeGreaterThanOrEqual(8192)
  expect(machine.printed.length).toBeLessThanOrEqual(16_384)
  expect(machine.printed.at(-1)).toContain('run 20000')
  expect(machine.redirects.length).toBeGreaterThanOrEqual(512)
  expect(machine.redirects.length).toBeLessThanOrEqual(1024)
  const hooks = await programsOf('hooks')
  hooks.machine.currentTask = hooks.machine.task({ pid: 42 })
  for (let i = 0; i < 9000; i++) hooks.program('signals')!.call()
  expect(hooks.machine.signals.length).toBeLessThanOrEqual(16_384)
  expect(hooks.machine.signals.at(-1)).toMatchObject({ signal: 10 })
})
