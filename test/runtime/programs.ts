// SPDX-License-Identifier: Apache-2.0
// Programs that check the machine they run on: 0 says that all is as in a kernel, another number the line that is not.
import { readFileSync } from 'node:fs'
import { type Kernel, openKernel, openObject, unwrap } from '../../src/index.ts'
import { createMachine, type LoadedProgram, type Machine, type MachineOptions } from '../../src/runtime/index.ts'

/** IPv4, by its Ethernet header. */
export const packet = Uint8Array.from({ length: 64 }, (_, i) => (i === 12 ? 8 : 0))

let kernel: Kernel | undefined

export interface Checked {
  readonly machine: Machine
  readonly names: readonly string[]
  /** 0, a line, or why the program does not run. */
  run(name: string): number | string
  program(name: string): LoadedProgram | undefined
}

/** `name`: of an object in test/runtime/programs. */
export async function programsOf(name: string, options: MachineOptions = {}): Promise<Checked> {
  kernel ??= unwrap(await openKernel('6.12'))
  const object = unwrap(openObject(readFileSync(`test/runtime/programs/${name}.bpf.o`), name))
  const machine = createMachine(kernel, options)
  const { programs, refused } = unwrap(machine.load(object))
  return {
    machine,
    names: object.programs.map(({ name }) => name),
    program: (name) => programs.get(name),
    run(name) {
      const program = programs.get(name)
      if (program === undefined) {
        const refusal = refused.get(name)
        if (refusal?.kind !== 'report') return refusal?.fault.what ?? 'there is none'
        return refusal.report.verdict === 'reject' ? refusal.report.message : refusal.report.verdict
      }
      const ctxOnly = /_(SYSCALL|RAW_TRACEPOINT|TRACING)$/.test(program.type)
      const run = program.testRun(ctxOnly ? { ctx: new Uint8Array(64) } : { data: packet })
      return run.ok ? run.value.retval : run.fault.what
    },
  }
}

/** What each of the object's programs answers. */
export async function answersOf(name: string, options: MachineOptions = {}): Promise<Record<string, number | string>> {
  const { names, run } = await programsOf(name, options)
  return Object.fromEntries(names.map((program) => [program, run(program)]))
}

/** Variables without a value of their own, as they are now. */
export function globalsOf({ machine }: Pick<Checked, 'machine'>): DataView<ArrayBuffer> {
  for (const map of machine.maps.values())
    if (map.name.endsWith('.bss')) {
      const [entry] = map.entries()
      return new DataView(Uint8Array.from(entry![1]).buffer)
    }
  throw new Error('the object has no .bss')
}
