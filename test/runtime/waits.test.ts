// SPDX-License-Identifier: Apache-2.0
// Kfuncs whose bodies answer promises: the program waits for them, and others run meanwhile.
import { readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { defineModule, openKernel, type Result, unwrap, withModule } from '../../src/index.ts'
import { createMachine, type MachineOptions, type TestRun } from '../../src/runtime/index.ts'
import { type Page, type Pages, pages } from './waits-module.ts'

const HOME: Page = { number: 7, text: 'home' }

/** `release`: 7.3 has tail calls of sleepable programs. */
async function waits(bodies: Partial<Pages> = {}, options: MachineOptions = {}, release: '6.12' | '7.3' = '6.12') {
  const module = pages({ fetch: async () => HOME, text: async ({ text }) => text, count: async () => 3, ...bodies })
  const kernel = unwrap(withModule(unwrap(await openKernel(release)), unwrap(await defineModule(module))))
  const machine = createMachine(kernel, options)
  const object = release === '6.12' ? 'waits' : 'waits_on'
  const { programs, refused, maps } = unwrap(machine.load(readFileSync(`test/runtime/programs/${object}.bpf.o`)))
  expect([...refused.keys()]).toEqual([])
  return { machine, maps, program: (name: string) => programs.get(name)! }
}

/** A promise that the test keeps when it likes. */
function kept<T>() {
  let keep!: (value: T) => void
  let fail!: (error: unknown) => void
  const promise = new Promise<T>((yes, no) => {
    keep = yes
    fail = no
  })
  return { promise, keep, fail }
}
const ctx = (...words: number[]): Uint8Array =>
  new Uint8Array(Uint32Array.from({ length: 3 }, (_, i) => words[i] ?? 0).buffer)
const text = (run: Result<TestRun>): string => new TextDecoder().decode(unwrap(run).ctx!.subarray(4, 8))
const why = (run: Result<unknown>): string => (run.ok ? 'it ran' : run.fault.what)

test('a program waits for what a body answers, and gives back what it took', async () => {
  const { machine, program } = await waits()
  const run = await program('fetch').testRunAsync({ ctx: ctx(7) })
  expect([unwrap(run).retval, text(run)]).toEqual([4, 'home'])
  expect(machine.held()).toEqual([])
  const none = await waits({ fetch: async () => null })
  expect(unwrap(await none.program('fetch').testRunAsync({ ctx: ctx(7) })).retval).toBe(2 ** 32 - 2)
  expect(BigInt.asIntN(32, unwrap(await program('hook').callAsync({})).returned)).toBe(-1n)
})

test('while one waits others run, each with its own stack and context', async () => {
  const texts = new Map([1, 2, 3].map((number) => [number, kept<string>()]))
  const { machine, program } = await waits({
    fetch: async (number) => ({ number, text: '' }),
    text: ({ number }) => texts.get(number)!.promise,
    count: (() => 5) as never,
  })
  const fetch = program('fetch')
  const runs = [1, 2, 3].map((number) => fetch.testRunAsync({ ctx: ctx(number) }))
  await new Promise((resolve) => setTimeout(resolve))
  expect(machine.held().length).toBe(3)
  expect(unwrap(program('not_sleepable').testRun({ ctx: ctx() })).retval).toBe(5)
  // memory grows meanwhile: what the bodies were given stays good
  machine.memory.allocate(4 << 20, 'much')
  for (const number of [3, 1, 2]) {
    texts.get(number)!.keep(`${number}${number}${number}${number}`)
    const run = await runs[number - 1]!
    expect([text(run), new DataView(unwrap(run).ctx!.buffer).getUint32(8, true)]).toEqual([
      `${number}`.repeat(4),
      number,
    ])
  }
  expect(machine.held()).toEqual([])
})

test('what a promise fails with is the rejection, and the machine goes on', async () => {
  let fails = true
  const { machine, program } = await waits({
    text: async () => {
      if (fails) throw new Error('out of paper')
      return 'good'
    },
  })
  await expect(program('fetch').testRunAsync({ ctx: ctx(7) })).rejects.toThrow('out of paper')
  expect(machine.held()).toEqual([])
  fails = false
  expect(text(await program('fetch').testRunAsync({ ctx: ctx(7) }))).toBe('good')
})

test('bpf_throw() ends a run that waited', async () => {
  const { program } = await waits()
  expect(unwrap(await program('throws').testRunAsync({ ctx: ctx() })).retval).toBe(3)
})

test('where nothing can wait that is told, not passed over', async () => {
  const { program } = await waits()
  expect(why(program('fetch').testRun({ ctx: ctx(7) }))).toBe(
    'page_fetch() returns a promise: run the program with testRunAsync() or callAsync(), and do not call it in a callback',
  )
  expect(why(program('hook').call({}))).toContain('page_count() returns a promise')
  expect(why(await program('in_each').testRunAsync({ ctx: ctx() }))).toContain('do not call it in a callback')
  expect(why(await program('not_sleepable').testRunAsync({ ctx: ctx() }))).toBe(
    'page_now() returns a promise: only kfuncs that are KF_SLEEPABLE may',
  )
  expect((await waits({ count: (() => 5) as never })).program('not_sleepable').testRun({ ctx: ctx() }).ok).toBe(true)
})

test('the callback of bpf_loop() waits as its program does', async () => {
  let count = 0
  const { maps, program } = await waits({ count: async () => ++count })
  expect(unwrap(await program('in_a_callback').testRunAsync({ ctx: ctx() })).retval).toBe(0)
  const [, map] = [...maps].find(([name]) => name.endsWith('.bss'))!
  const bss = map.get(new Uint8Array(4))!
  expect(bss.slice(0, 8)).toEqual(new Uint8Array([6, 0, 0, 0, 0, 0, 0, 0]))
})

test('what a body throws is the rejection as it is, also an error that engines throw', async () => {
  const error = new RangeError('out of range')
  for (const count of [
    () => Promise.reject(error),
    () => {
      throw error
    },
  ]) {
    const { program } = await waits({ count: count as never })
    await expect(program('in_a_callback').testRunAsync({ ctx: ctx() })).rejects.toBe(error)
    await expect(program('hook').callAsync({})).rejects.toBe(error)
  }
})

test('runs begun right behind one that is stopped after it waited are their own', async () => {
  const answer = kept<number>()
  let later = false
  const { program } = await waits(
    { count: () => (later ? 5 : answer.promise) as Promise<number> },
    { insnLimit: 100_000 },
  )
  const stopped = program('waits_then_loops').testRunAsync({ ctx: ctx(1 << 20) })
  const others: string[] = []
  const behind = answer.promise.then(async () => {
    later = true
    for (let i = 0; i < 20; i++) {
      others.push(why(program('waits_then_loops').testRun({ ctx: ctx(10) })))
      await null
    }
  })
  answer.keep(4)
  await behind
  expect(why(await stopped)).toContain('insnLimit')
  expect(new Set(others)).toEqual(new Set(['it ran']))
})

test.runIf('Suspending' in WebAssembly)(
  'programs that wait are compiled where the engine can put them aside',
  async () => {
    const promising = vi.spyOn(WebAssembly as unknown as { promising: (call: unknown) => unknown }, 'promising')
    const { program } = await waits()
    await program('fetch').testRunAsync({ ctx: ctx(7) })
    expect(promising).toHaveBeenCalledOnce()
    promising.mockRestore()
  },
)

test('a body answers what its kfunc does not promise, later', async () => {
  const { program } = await waits({ count: (async () => 'many') as never })
  expect(why(await program('loops').testRunAsync({ ctx: ctx() }))).toBe(
    'page_count() returns a number, and its body returned string',
  )
})

test('the allowance is of the whole run, however often it waits', async () => {
  const { program } = await waits({}, { insnLimit: 100_000 })
  const loops = program('loops')
  expect((await loops.testRunAsync({ ctx: ctx(5000, 0) })).ok).toBe(true)
  expect((await loops.testRunAsync({ ctx: ctx(0, 5000) })).ok).toBe(true)
  expect(why(await loops.testRunAsync({ ctx: ctx(15_000, 15_000) }))).toContain('insnLimit')
  // of each its own, also where they take turns
  const both = await Promise.all([1, 2].map(() => loops.testRunAsync({ ctx: ctx(4000, 4000) })))
  expect(both.map(({ ok }) => ok)).toEqual([true, true])
})

test('a run that is cut off gives back what it held, and what it put into a map stays', async () => {
  const dropped: number[] = []
  for (const fetch of [
    async (number: number) => ({ number, text: '' }),
    ((number: number) => ({ number, text: '' })) as never,
  ]) {
    const { machine, program } = await waits(
      { fetch, drop: ({ number }) => void dropped.push(number) },
      { insnLimit: 100_000 },
    )
    const run = (rounds: number) => program('holds').testRunAsync({ ctx: ctx(1, 2, rounds) })
    expect((await run(10)).ok).toBe(true)
    expect(dropped.splice(0)).toEqual([2])
    expect(why(await run(100_000))).toContain('insnLimit')
    // that of the map was exchanged for another, that of the loop was given back
    expect(dropped.splice(0)).toEqual([1, 2])
    expect(machine.held().map(({ references }) => references)).toEqual([1])
    expect((await run(10)).ok).toBe(true)
    expect(dropped.splice(0)).toEqual([1, 2])
  }
})

test('sanitized runs wait, too', async () => {
  const { program } = await waits({}, { sanitize: true })
  const runs = await Promise.all([1, 2].map(() => program('fetch').testRunAsync({ ctx: ctx(7) })))
  expect(runs.map(text)).toEqual(['home', 'home'])
})

describe('the program that a tail call leads to waits, too', () => {
  const words = (run: Result<TestRun>): readonly number[] => {
    const { retval, ctx } = unwrap(run)
    const view = new DataView(ctx!.buffer, ctx!.byteOffset)
    return [retval, view.getUint32(4, true), view.getUint32(8, true)]
  }
  test.for<[string, MachineOptions]>([
    ['', {}],
    ['interpreted', { interpret: true }],
    ['sanitized', { sanitize: true }],
    ['counted', { insnLimit: 10_000 }],
  ])('%s', async ([, options]) => {
    let count = 2
    const { program } = await waits({ count: async () => ++count }, options, '7.3')
    const leads = program('leads')
    expect(words(await leads.testRunAsync({ ctx: ctx(0) }))).toEqual([7, 3, 3])
    // one after the other
    expect(words(await leads.testRunAsync({ ctx: ctx(1) }))).toEqual([7, 9, 9])
    // no program is there
    expect(words(await leads.testRunAsync({ ctx: ctx(2) }))).toEqual([2, 0, 0])
    expect(words(await program('ends').testRunAsync({ ctx: ctx(0) }))).toEqual([7, 6, 6])
  })
  test('while others run', async () => {
    const answers = [kept<number>(), kept<number>()]
    let next = 0
    const { program } = await waits({ count: () => answers[next++]!.promise }, {}, '7.3')
    const runs = [0, 0].map((slot) => program('leads').testRunAsync({ ctx: ctx(slot) }))
    await new Promise((resolve) => setTimeout(resolve))
    expect(next).toBe(2)
    answers[1]!.keep(5)
    expect(words(await runs[1]!)).toEqual([7, 5, 5])
    answers[0]!.keep(4)
    expect(words(await runs[0]!)).toEqual([7, 4, 4])
  })
  test('nothing is waited for where the run cannot', async () => {
    const { program } = await waits({}, {}, '7.3')
    expect(why(program('leads').testRun({ ctx: ctx(0) }))).toContain('page_count() returns a promise')
  })
  test.runIf('Suspending' in WebAssembly)('compiled', async () => {
    const promising = vi.spyOn(WebAssembly as unknown as { promising: (call: unknown) => unknown }, 'promising')
    const { program } = await waits({}, {}, '7.3')
    await program('leads').testRunAsync({ ctx: ctx(1) })
    expect(promising).toHaveBeenCalledOnce()
    promising.mockRestore()
  })
})
