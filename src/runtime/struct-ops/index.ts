// SPDX-License-Identifier: Apache-2.0
// The struct_ops variables of an object that was loaded.

import { fail, ok, type Result } from '../../fault/index.ts'
import { type BpfObject, type LinkTarget, type MapDef, structOpsVariable } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { StructOpsMap } from '../maps/struct-ops.ts'
import { operationsOf, type ProgramOf, type StructOps, type StructOpsAsync, type Variable } from './operations.ts'
import { reg, register, type Registrable, type StructOpsLink, unreg } from './registry.ts'

export type { StructOps, StructOpsAsync } from './operations.ts'
export { StructOpsLink } from './registry.ts'

interface Source {
  readonly object: BpfObject
  readonly target: LinkTarget
  readonly programOf: ProgramOf
  /** The map of a variable. */
  readonly mapOf: (def: MapDef) => unknown
}

export class LoadedStructOps {
  private readonly core: Core
  private readonly source: Source
  private readonly known = new Map<string, Result<Registrable>>()

  constructor(core: Core, source: Source) {
    this.core = core
    this.source = source
  }

  operations(name: string): StructOps {
    return this.get(name).operations
  }
  operationsAsync(name: string): StructOpsAsync {
    return operationsOf(this.core, this.get(name).variable, { waits: true }) as StructOpsAsync
  }
  register(name: string): Result<StructOpsLink> {
    const found = this.find(name)
    return found.ok ? register(this.core, found.value, (other) => this.find(other)) : found
  }

  private get(name: string): Registrable {
    const found = this.find(name)
    if (!found.ok) throw new MachineError('misuse', found.fault.what)
    return found.value
  }

  private find(name: string): Result<Registrable> {
    let found = this.known.get(name)
    if (found === undefined) {
      found = this.make(name)
      this.known.set(name, found)
    }
    return found
  }

  private make(name: string): Result<Registrable> {
    const { core, source } = this
    const { object, target, programOf, mapOf } = source
    const def = object.structOps.find(({ map }) => object.maps[map]!.name === name)
    const names = object.structOps.map(({ map }) => object.maps[map]!.name)
    if (def === undefined) return fail(`there is no struct_ops ${name}`, { object: object.name }, namesWords(names))
    const linked = structOpsVariable(object, def, target)
    if (!linked.ok) return linked
    const map = mapOf(object.maps[def.map]!)
    if (!(map instanceof StructOpsMap))
      return fail(`the map of struct_ops ${name} is not made`, { object: object.name })
    const variable: Variable = { name, linked: linked.value, programOf }
    const registrable: Registrable = { variable, map, operations: operationsOf(core, variable, { waits: false }) }
    map.owner = {
      data: linked.value.members.flatMap(({ member, program, data }) =>
        program === undefined ? [{ offset: member.bitOffset / 8, bytes: data }] : [],
      ),
      reg: () => reg(core, registrable),
      unreg: () => unreg(core, registrable),
    }
    return ok(registrable)
  }
}

const namesWords = (names: readonly string[]): string =>
  names.length === 0 ? 'the object has none' : `there is ${names.join(', ')}`
