// SPDX-License-Identifier: Apache-2.0
// What stands behind a program's calls, addresses and context on a machine.

import { sizeOf } from '../btf/index.ts'
import type { Behind, Callee, Imports, ViewAccess } from '../jit/index.ts'
import type { LinkedProgram, Ref } from '../object/index.ts'
import type { CallFact } from '../verifier/index.ts'
import { computedFields } from './contexts/computed.ts'
import { fieldAccess } from './contexts/fields.ts'
import { contextViews, objectViews } from './contexts/index.ts'
import type { Model } from './core/abi.ts'
import { ARGUMENT_CELLS, type Core, FRAME_CELL, type ProgramFunction } from './core/core.ts'
import { notModelled } from './core/errors.ts'
import { bodyModel } from './host/body.ts'
import { mockModel } from './host/mock.ts'
import { helperModels } from './helpers/index.ts'
import { callbackCalls } from './helpers/of-callbacks.ts'
import { mapCalls } from './helpers/of-maps.ts'
import { kfuncModels } from './kfuncs/index.ts'
import { kfuncCalls } from './kfuncs/of-calls.ts'
import { ArenaMap } from './maps/arena.ts'
import type { RuntimeMap } from './maps/map.ts'
import { addressOfKernel } from './objects/variables.ts'

/** What a program has of its own on the machine. */
export interface Own {
  /** By index in the linked program. */
  map(index: number): RuntimeMap
  /** The function that begins at an instruction. */
  functionFrom(insn: number): ProgramFunction
}

/** `imports` is filled with what the program calls. */
export function behindOf(core: Core, linked: LinkedProgram, own: Own, imports: Map<string, Bound>): Behind {
  const bind = (callee: Callee, make: () => Bound): Callee => {
    if (!imports.has(callee.name)) imports.set(callee.name, make())
    return callee
  }
  const modelled = (name: string, model: Model): Callee => bind(calleeOf(name, model), () => model.bind(core) as Bound)
  return {
    frameCell: FRAME_CELL,
    argumentCells: ARGUMENT_CELLS,
    address: (ref) => addressOf(core, own, ref),
    arena() {
      const map = own.map(linked.maps.findIndex(({ type }) => type === 'BPF_MAP_TYPE_ARENA'))
      if (!(map instanceof ArenaMap)) throw notModelled(`the arena of ${linked.name}`)
      return { begin: map.begin, count: map.def.maxEntries, pages: map.pagesAt }
    },
    callee(call) {
      const mock = core.mocks.get(call.name)
      if (mock !== undefined) return modelled(call.name, mockModel(core, call, mock))
      const special = mapCalls(call, (index) => own.map(index)) ?? callbackCalls(call) ?? kfuncCalls(call, linked)
      if (special !== undefined) return modelled(special.name, special.model)
      const kfunc = call.kind === 'kfunc' ? core.kernel.kfuncs.get(call.name) : undefined
      if (kfunc?.body !== undefined) return modelled(call.name, bodyModel(core, kfunc, kfunc.body))
      const model = modelOf(call)
      return model === undefined ? bind(missingCallee(call), () => missing(call)) : modelled(call.name, model)
    },
    packetLoad: (size) => modelled(`ld_abs${size * 8}`, helperModels.get(`ld_abs${size * 8}`)!),
    field(access) {
      const view = access.kind === 'ctx' ? contextViews.get(linked.type) : objectViews.get(access.kind)
      if (view === undefined) return undefined
      const field = fieldAccess(core.layouts, view, access)
      if (field.kind === 'call')
        bind(field.callee, () => {
          const computed = computedFields.get(field.callee.name)
          if (computed === undefined) throw notModelled(describe(access, view.shown))
          return computed(core) as Bound
        })
      return field
    },
  }
}

/** undefined: it is not modelled, or made of what is known of the call. */
export const modelOf = ({ kind, name }: CallFact): Model | undefined =>
  (kind === 'helper' ? helperModels : kfuncModels).get(name)

export type Bound = Imports extends ReadonlyMap<string, infer F> ? F : never

const describe = ({ off, write }: ViewAccess, shown: string): string =>
  `${write ? 'a write to' : 'a read of'} ${shown} at offset ${off}`

const calleeOf = (name: string, { params, result, callsBack, role, inline }: Model): Callee => ({
  name,
  params,
  result,
  ...(callsBack === true ? { callsBack } : {}),
  ...(role === undefined ? {} : { role }),
  ...(inline === undefined ? {} : { inline }),
})

const missingCallee = ({ name }: CallFact): Callee => ({ name, params: [], result: 'none' })

/** It says so where it is called, not before: what else the program does can be run. */
const missing =
  ({ kind, name }: CallFact): Bound =>
  () => {
    throw notModelled(`${kind} ${name}()`)
  }

function addressOf(core: Core, own: Own, ref: Ref): bigint | undefined {
  switch (ref.kind) {
    case 'map':
      return BigInt(own.map(ref.map).address)
    case 'map_value': {
      const map = own.map(ref.map)
      if (map.firstValue === undefined) throw notModelled(`the address of a value of ${map.def.type}`)
      return BigInt(map.firstValue + ref.offset)
    }
    case 'func':
      return BigInt(core.addFunction(own.functionFrom(ref.insn)))
    case 'ksym_var':
    case 'ksym_func': {
      return BigInt(addressOfKernel(core, ref.name, variableSize(ref)))
    }
    default:
      return undefined
  }
}

function variableSize(ref: Extract<Ref, { kind: 'ksym_var' | 'ksym_func' }>): number {
  const type = ref.btf.type(ref.btfId)
  return type.kind === 'var' ? (sizeOf(ref.btf, type.type) ?? 8) : 8
}
