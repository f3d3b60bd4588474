// SPDX-License-Identifier: Apache-2.0
// kfuncs run --replace: freplace programs of other objects, attached to the program that is run.
import { openObject } from '../object/index.ts'
import type { Loaded, LoadedProgram, Machine } from '../runtime/index.ts'
import type { TargetObject } from '../target.ts'
import { orTell, UsageError } from './usage.ts'

/** A program of such an object that is not accepted. */
export interface NotAccepted {
  readonly object: TargetObject
  readonly program: string
}

/** Loads each object, and attaches its freplace programs, or the one that is named: what was loaded, or what is not accepted. */
export function replaceFunctions(
  machine: Machine,
  program: LoadedProgram,
  objects: readonly TargetObject[],
): { readonly loaded: readonly Loaded[]; readonly refused?: NotAccepted } {
  const loaded: Loaded[] = []
  for (const object of objects) {
    const { bytes, name = 'object', program: wanted } = object
    const opened = orTell(openObject(bytes, name))
    const names = opened.programs
      .filter((one) => one.type === 'BPF_PROG_TYPE_EXT' && (wanted === undefined || one.name === wanted))
      .map((one) => one.name)
    if (names.length === 0)
      throw new UsageError(`--replace ${name}: it has no freplace program${wanted === undefined ? '' : ` ${wanted}`}`)
    const made = orTell(machine.load(opened, { programs: names, attachTo: program }))
    for (const one of names) {
      const replacing = made.programs.get(one)
      if (replacing === undefined) return { loaded, refused: { object, program: one } }
      orTell(replacing.attach())
    }
    loaded.push(made)
  }
  return { loaded }
}
