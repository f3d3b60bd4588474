// SPDX-License-Identifier: Apache-2.0
// What goes wrong in a model or a body is told with its place: the line of C that called it, and the line of TypeScript.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { gateway, type Session } from '../../examples/apps/rate-limiter/gateway.ts'
import { defineModule, kernelFromModule, type ModuleDefinition, openKernel, unwrap } from '../../src/index.ts'
import { bodyModel } from '../../src/runtime/host/body.ts'
import { createMachine, type MachineOptions } from '../../src/runtime/index.ts'
import { put, tryGet } from '../../src/runtime/objects/refcount.ts'

const object = readFileSync('examples/apps/rate-limiter/limiter.bpf.o')
const source = readFileSync('examples/apps/rate-limiter/limiter.bpf.c', 'utf8').split('\n')
/** The lines of C with the text. */
const linesOf = (text: string): readonly number[] => source.flatMap((line, i) => (line.includes(text) ? [i + 1] : []))
const session: Session = { id: 7, agent: 'browser', requests: 3, tokens: 9 }

async function limiter(
  bodies: NonNullable<ModuleDefinition['bodies']>,
  options: MachineOptions = {},
  name = 'by_cost',
) {
  const plain = gateway(new Map([[7, session]]))
  const module = unwrap(await defineModule({ ...plain, bodies: { ...plain.bodies, ...bodies } }))
  const machine = createMachine(unwrap(kernelFromModule(module)), options)
  const { programs } = unwrap(machine.load(object, { programs: [name] }))
  return { machine, program: programs.get(name)! }
}
const request = { ctx: Uint8Array.from({ length: 40 }, (_, i) => (i === 0 ? 7 : 0)) }

test.for<[string, MachineOptions]>([
  ['compiled', {}],
  ['compiled, instructions counted', { insnLimit: 10_000 }],
  ['interpreted', { interpret: true }],
])('what a body must not return is told with the line that called it: %s', async ([, options]) => {
  const { program } = await limiter({ session_take: () => 'many' }, options)
  const answer = program.testRun(request)
  if (answer.ok) throw new Error('it ran')
  const { place, what } = answer.fault
  expect(what).toContain('session_take() returns a number')
  expect(place.file).toMatch(/limiter\.bpf\.c$/)
  expect(linesOf('session_take(')).toContain(place.line)
  expect(place.program).toBe('by_cost')
})

const bothWays: readonly [string, MachineOptions][] = [
  ['compiled', {}],
  ['interpreted', { interpret: true }],
]

test.for(bothWays)('what a body has the machine do is told with the line of the body: %s', async ([, options]) => {
  const machine = createMachine(unwrap(await openKernel('6.12')), options)
  const { programs } = unwrap(machine.load(readFileSync('examples/06-task/task.bpf.o')))
  machine.mock('bpf_task_from_pid', () => machine.task({ pid: 1 }))
  const answer = programs.get('task_from_pid')!.call({ args: [machine.currentTask, 0] })
  if (answer.ok) throw new Error('it ran')
  const { what, hint, place } = answer.fault
  expect(what).toBe('there is a task 1 already')
  expect(hint).toMatch(/^it was in .*places\.test\.ts:\d+:\d+$/)
  expect(place.file).toMatch(/task\.bpf\.c$/)
})

test.for(bothWays)('what is freed twice is told with where it was freed before: %s', async ([, options]) => {
  const machine = createMachine(unwrap(await openKernel('6.12')), { ...options, traceReferences: true })
  const { programs } = unwrap(machine.load(readFileSync('examples/06-task/task.bpf.o')))
  const { address } = machine.object('sock')
  machine.mock('bpf_task_from_pid', () => {
    machine.memory.free(address)
    return null
  })
  const run = () => programs.get('task_from_pid')!.call({ args: [machine.currentTask, 0] })
  expect(run().ok).toBe(true)
  const answer = run()
  expect(answer.ok ? '' : answer.fault.what).toMatch(
    /^sock at 0x[0-9a-f]+ is freed twice \(freed at .*task\.bpf\.c:\d+, .*places\.test\.ts:\d+:\d+\)$/,
  )
})

test.for(bothWays)('references that are held are told with the line that took them: %s', async ([, options]) => {
  const { machine, program } = await limiter({}, { ...options, traceReferences: true }, 'by_turns')
  expect(unwrap(program.testRun(request)).retval).toBe(200)
  const [held, ...others] = machine.held()
  expect(others).toEqual([])
  const [, line] = /limiter\.bpf\.c:(\d+)$/.exec(held!.taken![0]!) ?? []
  expect(linesOf('session_find(')).toContain(Number(line))
  expect((await limiter({})).machine.held()).toEqual([])
})

test('what has no references any more is told with where the last one was given back', async () => {
  const { machine } = await limiter({}, { traceReferences: true })
  const call = (name: string, address: number): unknown => {
    const kfunc = machine.kernel.kfuncs.get(name)!
    return (bodyModel(machine, kfunc, kfunc.body!).bind(machine) as (...args: number[]) => unknown)(address, 1)
  }
  const address = call('session_find', 7) as number
  call('session_put', address)
  for (const name of ['session_put', 'session_take'])
    expect(() => call(name, address)).toThrow(
      /is given struct session after its last reference was released \(freed at .*places\.test\.ts:/,
    )
})

test('a count of what was freed is not counted on', async () => {
  const machine = createMachine(unwrap(await openKernel('6.12')))
  const mask = machine.object('bpf_cpumask', { 'usage.refs.counter': 1 }).address
  const count = mask + machine.layouts.offset('bpf_cpumask', 'usage')
  expect(tryGet(machine, count)).toBe(true)
  expect(put(machine, count, 'a mask')).toBe(false)
  machine.memory.free(mask)
  expect(() => tryGet(machine, count)).toThrow('bpf_cpumask is used after it was freed')
  expect(() => put(machine, count, 'a mask')).toThrow('bpf_cpumask is used after it was freed')
})
