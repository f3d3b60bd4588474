// SPDX-License-Identifier: Apache-2.0
// Examples' programs on a machine of their own.
import { readFileSync } from 'node:fs'
import { type Kernel, openKernel, unwrap } from '../../src/index.ts'
import {
  createMachine,
  type Loaded,
  type LoadedProgram,
  type Machine,
  type MachineOptions,
} from '../../src/runtime/index.ts'

let kernel: Kernel | undefined

export interface On {
  readonly machine: Machine
  readonly loaded: Loaded
  program(name: string): LoadedProgram
}

/** 'memory/packet': the folder's name without its number, the object's without .bpf.o. */
export async function on(example: string, options: MachineOptions = {}): Promise<On> {
  kernel ??= unwrap(await openKernel('6.12'))
  const machine = createMachine(kernel, options)
  const loaded = unwrap(machine.load(readFileSync(`examples/${example}.bpf.o`)))
  return {
    machine,
    loaded,
    program(name) {
      const program = loaded.programs.get(name)
      if (program === undefined) throw new Error(`${name} is not loaded`)
      return program
    },
  }
}
