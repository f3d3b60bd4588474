// SPDX-License-Identifier: Apache-2.0
// What JavaScript may pass where TypeScript would not let it: it is refused with words, nothing is made of it.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import { createMachine } from '../../src/runtime/index.ts'
import { on } from './on.ts'

const kernel = unwrap(await openKernel('6.12'))
const frame = new Uint8Array(64)

describe('createMachine', () => {
  test.for([
    [{ cpus: 0 }, 'cpus is a whole number from 1 to 8192; this is 0'],
    [{ cpus: 8193 }, 'cpus is a whole number from 1 to 8192; this is 8193'],
    [{ seed: 'x' }, 'seed is a whole number from 0; this is a string'],
    [{ timeNs: 5 }, 'timeNs is a BigInt that is not negative; this is 5'],
    [{ insnLimit: Number.NaN }, 'insnLimit is a number that is not negative; this is NaN'],
    [{ memoryLimit: -1 }, 'memoryLimit is a number that is not negative; this is -1'],
    [{ sanitize: 1 }, 'sanitize is true or false; this is 1'],
    // a limit that is misspelt would be none
    [{ insnLimits: 1000 }, 'a machine has no option insnLimits; it has seed, cpus, '],
    [null, 'the options of a machine are an object; this is null'],
  ] as const)('%o', ([options, words]) => {
    expect(() => createMachine(kernel, options as never)).toThrow(TypeError)
    expect(() => createMachine(kernel, options as never)).toThrow(words)
  })

  test('options that are undefined are not told', () => {
    expect(createMachine(kernel, { seed: undefined, cpus: 8192 } as never).cpus).toBe(8192)
  })
})

test('load takes bytes or an open object', () => {
  const machine = createMachine(kernel)
  for (const [given, words] of [
    ['prog.bpf.o', 'this is a string'],
    [Promise.resolve(frame), 'this is a Promise'],
    [undefined, 'this is undefined'],
  ] as const)
    expect(machine.load(given as never)).toMatchObject({ ok: false, fault: { what: expect.stringContaining(words) } })
})

test('load names programs that there are', () => {
  const bytes = readFileSync('examples/18-memory/packet.bpf.o')
  expect(createMachine(kernel).load(bytes, { programs: ['header_cheked'] })).toMatchObject({
    ok: false,
    fault: { what: 'no program header_cheked', hint: expect.stringMatching(/^there are header_checked, /) },
  })
})

test('a program is compiled ahead of its first run', async () => {
  const { program, loaded } = await on('18-memory/packet')
  const run = program('header_checked')
  expect(run.prepare()).toEqual({ ok: true, value: undefined })
  loaded.unload()
  expect(run.prepare()).toMatchObject({ ok: false, fault: { what: 'header_checked was unloaded' } })
})

describe('testRun', () => {
  test.for([
    [{ data: 'ff' }, 'data must be bytes, a Uint8Array; this is a string'],
    [{ data: new Uint16Array(32) }, 'data must be bytes, a Uint8Array; this is an Uint16Array'],
    [{ data: frame, ctx: { mark: 1 } }, 'ctx must be bytes, a Uint8Array'],
    [{ data: frame, repeat: -1 }, 'repeat is a whole number from 0 to 4294967295; this is -1'],
    [{ data: frame, repeat: 1.5 }, 'repeat is a whole number'],
    [null, 'options are an object; this is null'],
  ] as const)('%o', async ([options, words]) => {
    const run = (await on('18-memory/packet')).program('header_checked')
    const refused = { ok: false, fault: { what: expect.stringContaining(words), place: { program: 'header_checked' } } }
    expect(run.testRun(options as never)).toMatchObject(refused)
    expect(await run.testRunAsync(options as never)).toMatchObject(refused)
  })

  test('repeat: 0 is once, as the kernel has it', async () => {
    const run = (await on('18-memory/packet')).program('header_checked')
    expect(unwrap(run.testRun({ data: frame.fill(9), repeat: 0 })).retval).toBe(2)
  })
})

test('mocks are of what the kernel has', () => {
  const machine = createMachine(kernel)
  expect(() => machine.mock('bpf_get_task_exefile')).toThrow('there is no helper or kfunc bpf_get_task_exefile in 6.12')
  expect(() => machine.mock('bpf_ktime_get_ns', 5 as never)).toThrow(
    'the body of a mock is a function; this is a number',
  )
  for (const name of ['bpf_get_task_exe_file', 'bpf_ktime_get_ns', 'bpf_task_release_dtor'])
    expect(machine.mock(name)).toEqual({ calls: [] })
})

test('CPUs are those that there are, and time does not go back', () => {
  const machine = createMachine(kernel, { cpus: 2 })
  machine.cpu = 1
  for (const cpu of [2, -1, 0.5]) expect(() => (machine.cpu = cpu)).toThrow(`there is no CPU ${cpu}`)
  expect(machine.cpu).toBe(1)
  for (const ns of [-1, 1.5, -1n]) expect(() => machine.advance(ns)).toThrow(RangeError)
})

test('fields of objects take numbers and bytes', () => {
  const machine = createMachine(kernel)
  expect(() => machine.object('sock', { sk_mark: 'x' as never })).toThrow(
    'sock.sk_mark takes a whole number or bytes, not "x"',
  )
})

describe('raw tracepoints and flow dissectors', () => {
  test('the first run once, the others as often as told', async () => {
    const bytes = readFileSync('test/runtime/programs/repeat.bpf.o')
    const { programs, maps } = unwrap(createMachine(kernel).load(bytes, { name: 'repeat' }))
    const raw = programs.get('raw')!
    expect(unwrap(raw.testRun({ ctx: new Uint8Array(8) })).retval).toBe(0)
    expect(raw.testRun({ ctx: new Uint8Array(8), repeat: 2 })).toMatchObject({
      ok: false,
      fault: { what: expect.stringContaining('run once (EINVAL)') },
    })
    const flow = programs.get('flow')!
    expect(unwrap(flow.testRun({ data: frame, repeat: 3 })).retval).toBe(0)
    const [entry] = maps.get('repeat.bss')!.entries()
    const runs = new DataView(Uint8Array.from(entry![1]).buffer)
    expect(runs.getUint32(0, true)).toBe(3)
    expect(flow.testRun({ data: new Uint8Array(4097) })).toMatchObject({
      ok: false,
      fault: { what: expect.stringContaining('too long, 4096 are the most (EINVAL)') },
    })
  })
})
