// SPDX-License-Identifier: Apache-2.0
// freplace: programs judged with the program that they replace a function of, and run in its place, each as the real kernels have it
// (replaced.json; programs/replaced.bpf.c and replaces.bpf.c; conformance/replaced.ts asks).
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { inputsOf } from '../../conformance/runs/inputs.ts'
import { check, type Kernel, openKernel, unwrap } from '../../src/index.ts'
import { createMachine, type Loaded, type LoadedProgram, type MachineOptions } from '../../src/runtime/index.ts'
import answers from './replaced.json' with { type: 'json' }

const bytesOf = (name: string): Uint8Array => readFileSync(`test/runtime/programs/${name}.bpf.o`)
const [replaced, replaces] = [bytesOf('replaced'), bytesOf('replaces')]
const kernels = new Map<string, Promise<Kernel>>()
const kernelOf = (release: string): Promise<Kernel> => {
  const kernel = kernels.get(release) ?? openKernel(release).then(unwrap)
  kernels.set(release, kernel)
  return kernel
}

describe.for(Object.entries(answers))('Linux %s', ([release, { verdicts, runs }]) => {
  test.for(Object.entries(verdicts))('programs judged with %s', async ([program, told]) => {
    const kernel = await kernelOf(release)
    const target = { bytes: replaced, name: 'replaced.bpf.o', program }
    const ours = unwrap(check(replaces, kernel, { target })).map((one) => [
      one.program,
      one.report?.verdict === 'reject' ? one.report.message : one.verdict,
    ])
    expect(ours.filter(([name]) => name! in told)).toEqual(Object.entries(told))
  })

  test.for(Object.entries(runs))('%s run, functions of it replaced', async ([program, told]) => {
    for (const [name, byInput] of Object.entries(told)) {
      const { target, extension } = await both(release, program, name)
      unwrap(extension.attach())
      const inputs = new Map(
        inputsOf(target.type === 'BPF_PROG_TYPE_XDP' ? 'xdp' : 'skb').map((input) => [input.name, input]),
      )
      for (const [input, retval] of Object.entries(byInput))
        expect([name, input, unwrap(target.testRun(inputs.get(input)!)).retval]).toEqual([name, input, retval])
    }
  })
})

interface Both {
  readonly target: LoadedProgram
  readonly extension: LoadedProgram
  readonly object: Loaded
}

async function both(release: string, program: string, name: string, options: MachineOptions = {}): Promise<Both> {
  const machine = createMachine(await kernelOf(release), { cpus: 1, ...options })
  const target = unwrap(machine.load(replaced, { programs: [program] })).programs.get(program)!
  const object = unwrap(machine.load(replaces, { programs: [name, 'sum_loops'], attachTo: target }))
  return { target, extension: object.programs.get(name)!, object }
}

const retval = (program: LoadedProgram): number => unwrap(program.testRun({ data: new Uint8Array(64) })).retval

test('from the next run on, until it is detached or unloaded', async () => {
  const { target, extension, object } = await both('6.12', 'calls', 'sum_product')
  const plain = retval(target)
  const attachment = unwrap(extension.attach())
  expect(retval(target)).toBe(plain + (1 * 2 + 7 - 3) * 1000)
  attachment.detach()
  expect(retval(target)).toBe(plain)
  unwrap(extension.attach())
  object.unload()
  expect(retval(target)).toBe(plain)
})

test('one at a time, and nothing but freplace programs', async () => {
  const { target, extension, object } = await both('6.12', 'calls', 'sum_product')
  const attachment = unwrap(extension.attach())
  const other = object.programs.get('sum_loops')!
  expect(other.attach()).toMatchObject({
    fault: { what: 'sum of calls is replaced by sum_product already (EBUSY)', place: { program: 'sum_loops' } },
  })
  attachment.detach()
  expect(other.attach()).toMatchObject({ ok: true })
  expect(target.attach()).toMatchObject({
    fault: { what: 'only freplace programs are attached; one of type BPF_PROG_TYPE_SCHED_CLS is run or called' },
  })
})

test.for(['sum_loops', 'length_throws', 'fills_more', 'calls_nothing'])(
  '%s: interpreted, sanitized, counted as compiled',
  async (name) => {
    const compiled = await both('6.12', 'calls', name)
    unwrap(compiled.extension.attach())
    for (const options of [{ interpret: true }, { sanitize: true }, { insnLimit: 10_000 }]) {
      const { target, extension } = await both('6.12', 'calls', name, options)
      unwrap(extension.attach())
      expect(retval(target)).toBe(retval(compiled.target))
    }
  },
)

test('what it runs counts', async () => {
  const runs = async (insnLimit: number, attaches: 'plain' | 'replaced'): Promise<boolean> => {
    const { target, extension } = await both('6.12', 'calls', 'sum_loops', { insnLimit })
    if (attaches === 'replaced') unwrap(extension.attach())
    return target.testRun({ data: new Uint8Array(64) }).ok
  }
  let least = 40
  while (!(await runs(least, 'plain'))) least += 8
  expect(await runs(least, 'replaced')).toBe(false)
  expect(await runs(least + 600, 'replaced')).toBe(true)
})

test('without a target there is nothing to replace', async () => {
  const machine = createMachine(await kernelOf('6.12'))
  const { refused } = unwrap(machine.load(replaces, { programs: ['sum_loops'] }))
  expect(refused.get('sum_loops')).toMatchObject({
    kind: 'fault',
    fault: { what: "prog 'sum_loops': attach program FD is not set" },
  })
})

test('a target that is not accepted is none', async () => {
  const target = { bytes: readFileSync('examples/18-memory/packet.bpf.o'), program: 'header_unchecked' }
  const [one] = unwrap(check(replaces, await kernelOf('6.12'), { target, program: 'sum_loops' }))
  expect(one).toMatchObject({ verdict: 'load_error', fault: { place: { program: 'header_unchecked' } } })
  expect(one!.message).toContain('the program to attach to is not accepted: ')
})
