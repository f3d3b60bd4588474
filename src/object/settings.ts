// SPDX-License-Identifier: Apache-2.0
// What a loader decides before it loads an object: values of variables, attributes of maps, what programs attach to.
import { ok, type Result, withJson } from '../fault/index.ts'
import { withGlobals } from './set-globals.ts'
import type { BpfObject } from './types.ts'
import { matches } from './wildcard.ts'

export interface Settings {
  /**
   * Values that global variables are given before the programs are loaded, as text: 'mode' → '3', 'cfg.limits[2]' → '-1', an enum's by
   * name, 'CONFIG_HZ' → '1000'. What of .rodata is read is then what the verifier takes for constant. Attributes of maps as well, as
   * bpf_map__set_max_entries() and its kin set them: 'events.max_entries' → '4096'.
   */
  readonly globals?: ReadonlyMap<string, string>
  /**
   * What programs attach to whatever their section says, as bpf_program__set_attach_target() has it: a program's name, with * and ?, →
   * 'vfs_read', 'MODULE:FUNCTION', an LSM program's hook, an iterator's target.
   */
  readonly attach?: ReadonlyMap<string, string>
}

/** A name that was set and that the object does not have. */
export interface Unknown {
  readonly kind: 'global variable or map' | 'program'
  readonly name: string
}

export interface WithSettings {
  /** The same object, as the settings make it. */
  readonly object: BpfObject
  readonly unknown: readonly Unknown[]
}

/** The object as its loader would load it. A `Fault` where a value does not fit. */
export function withSettings(object: BpfObject, { globals, attach }: Settings): Result<WithSettings> {
  const unknown: Unknown[] = []
  let now = object
  if (globals !== undefined && globals.size > 0) {
    const set = withGlobals(object, globals)
    if (!set.ok) return set
    now = set.value.object
    for (const name of set.value.unknown) unknown.push({ kind: 'global variable or map', name })
  }
  if (attach === undefined || attach.size === 0) return ok({ object: now, unknown })
  for (const name of attach.keys())
    if (!object.programs.some((program) => matches(name, program.name))) unknown.push({ kind: 'program', name })
  return ok({ object: withTargets(now, attach), unknown })
}

function withTargets(object: BpfObject, attach: ReadonlyMap<string, string>): BpfObject {
  const programs = object.programs.map((program) => {
    const chosen = [...attach].find(([name]) => matches(name, program.name))
    return chosen === undefined ? program : { ...program, target: chosen[1] }
  })
  return withJson({ ...object, programs })
}
