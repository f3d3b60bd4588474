// SPDX-License-Identifier: Apache-2.0
// Bodies of kfuncs of one's own are held to what the kfuncs promise; mocks stand in for anything.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { gateway, type Session } from '../../examples/apps/rate-limiter/gateway.ts'
import {
  defineModule,
  kernelFromModule,
  type ModuleDefinition,
  openKernel,
  unwrap,
  withModule,
} from '../../src/index.ts'
import { bodyModel } from '../../src/runtime/host/body.ts'
import { createMachine } from '../../src/runtime/index.ts'
import { blobs } from './host-module.ts'

const object = readFileSync('examples/apps/rate-limiter/limiter.bpf.o')
const session: Session = { id: 7, agent: 'browser', requests: 3, tokens: 9 }

const other: Session = { id: 8, agent: 'robot', requests: 1, tokens: 2 }

async function limiter(bodies: NonNullable<ModuleDefinition['bodies']>, program = 'by_cost') {
  const plain = gateway(
    new Map([
      [7, session],
      [8, other],
    ]),
  )
  const module = unwrap(await defineModule({ ...plain, bodies: { ...plain.bodies, ...bodies } }))
  const machine = createMachine(unwrap(kernelFromModule(module)))
  const loaded = unwrap(machine.load(object, { programs: [program] }))
  return { machine, program: loaded.programs.get(program)! }
}
const request = (id: number): Uint8Array => Uint8Array.from({ length: 40 }, (_, i) => (i === 0 ? id : 0))

test('a body gets the object that another handed out, and numbers as the prototype has them', async () => {
  const seen: unknown[] = []
  const { machine, program } = await limiter({
    session_take: (...args: unknown[]) => {
      seen.push(args)
      return 4
    },
  })
  expect(unwrap(program.testRun({ ctx: request(7) })).retval).toBe(200)
  expect(seen).toEqual([[session, 1]])
  expect((seen[0] as unknown[])[0]).toBe(session)
  expect(machine.held()).toEqual([])
})

test('a body gets the object that its caller holds, also where another lay before', async () => {
  const seen: unknown[] = []
  const { program } = await limiter({
    session_take(taken: unknown) {
      seen.push(taken)
      return 1
    },
  })
  for (const id of [7, 8, 8, 7]) unwrap(program.testRun({ ctx: request(id) }))
  expect(seen).toEqual([session, other, other, session])
})

test.for<[string, NonNullable<ModuleDefinition['bodies']>, string]>([
  [
    'a number that is none',
    { session_take: () => 'many' },
    'session_take() returns a number, and its body returned string',
  ],
  ['an object that is none', { session_find: () => 5 }, 'session_find() returns struct session: expected an object'],
  ['a promise', { session_take: async () => 1 }, 'session_take() returns a promise'],
])('what a body must not answer is told: %s', async ([, bodies, words]) => {
  const { program } = await limiter(bodies)
  const answer = program.testRun({ ctx: request(7) })
  expect(answer.ok ? 'it ran' : answer.fault.what).toContain(words)
})

test('what a body throws is its own, and the machine goes on', async () => {
  let fails = true
  const { program } = await limiter({
    session_take: () => {
      if (fails) throw new Error('out of order')
      return 1
    },
  })
  expect(() => program.testRun({ ctx: request(7) })).toThrow('out of order')
  fails = false
  expect(unwrap(program.testRun({ ctx: request(7) })).retval).toBe(200)
})

test('a mock stands in, and remembers', async () => {
  const { machine, program } = await limiter({})
  const { calls } = machine.mock('session_find')
  expect(unwrap(program.testRun({ ctx: request(7) })).retval).toBe(401)
  expect(calls).toEqual([[7]])
  machine.unmock('session_find')
  expect(unwrap(program.testRun({ ctx: request(7) })).retval).toBe(200)
})

test('memory that a body answers is as large as the program may read, and is there for one run', async () => {
  const kernel = unwrap(withModule(unwrap(await openKernel('6.12')), unwrap(await defineModule(blobs))))
  const machine = createMachine(kernel, { memoryLimit: 1 << 17 })
  const { programs, refused } = unwrap(machine.load(readFileSync('test/runtime/programs/host.bpf.o')))
  expect([...refused.keys()]).toEqual([])
  for (const [name, program] of programs)
    for (let i = 0; i < 1000; i++)
      expect([name, i, unwrap(program.testRun({ ctx: new Uint8Array(8) })).retval]).toEqual([name, i, 0])
})

test('an address that a body is handed is looked up: one of nothing, and one given back', async () => {
  const { machine } = await limiter({})
  const call = (name: string, address: number): unknown => {
    const kfunc = machine.kernel.kfuncs.get(name)!
    return (bodyModel(machine, kfunc, kfunc.body!).bind(machine) as (...args: number[]) => unknown)(address, 1)
  }
  const find = machine.kernel.kfuncs.get('session_find')!
  const found = (bodyModel(machine, find, find.body!).bind(machine) as (id: number) => number)(7)
  expect(call('session_take', found)).toBe(session.tokens)
  expect(machine.held()).toHaveLength(1)
  // what is no object of the host's is bytes of the machine's memory, which the gateway's bodies have no use for
  const forged = machine.object('session')
  expect(() => call('session_put', forged.address)).toThrow('session_put() is given something that no kfunc returned')
  call('session_put', found)
  expect(() => call('session_put', found)).toThrow('session_put() is given')
  expect(() => call('session_take', found)).toThrow(
    'session_take() is given struct session after its last reference was released',
  )
  for (const nowhere of [8, 0x7fff_fff0]) expect(() => call('session_put', nowhere)).toThrow('session_put() is given')
})
