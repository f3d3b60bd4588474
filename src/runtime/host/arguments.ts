// SPDX-License-Identifier: Apache-2.0
// What a body is given for each parameter of its kfunc's prototype.

import { type Btf, type BtfId, type BtfStruct, resolveType, sizeOf } from '../../btf/index.ts'
import type { Param } from '../../jit/index.ts'
import type { Kfunc, KfuncParam } from '../../kfunc/index.ts'
import { ARGUMENT_CELLS, type Core } from '../core/core.ts'
import { MachineError, notModelled } from '../core/errors.ts'
import { type Way, ways } from './direct.ts'
import { handlesOf } from './handles.ts'
import { iteratorsOf } from './iterators.ts'
import { isSize, paramValue } from './signature.ts'

/** From the numbers that cross to what the body is given. `values` are all of them, one a parameter. */
type Given = (values: readonly (number | bigint)[]) => unknown

export interface ParamPlan {
  readonly crossing: Param
  /** undefined: the body is not given it (a size is told by the bytes before it). */
  readonly given: Given | undefined
  /** It follows from this number alone. undefined: from others, too, or it is not given. */
  readonly way: Way | undefined
}

export function planParams(core: Core, kfunc: Kfunc): readonly ParamPlan[] {
  return kfunc.params.map((param, i) => planOf(core, kfunc, param, i))
}

function planOf(core: Core, kfunc: Kfunc, param: KfuncParam, i: number): ParamPlan {
  const { btf } = kfunc
  const type = resolveType(btf, param.type)
  if (param.suffixes.includes('ign')) return { crossing: 'none', given: undefined, way: undefined }
  const value = paramValue(kfunc, param, i)
  if (type.kind !== 'ptr') {
    const crossing: Param = (sizeOf(btf, param.type) ?? 4) > 4 ? 'i64' : 'i32'
    return value === undefined
      ? { crossing, given: undefined, way: undefined }
      : { crossing, ...scalar(btf, param.type, i) }
  }
  const at = (values: readonly (number | bigint)[]): number => values[i] as number
  const orNull =
    (make: (address: number, values: readonly (number | bigint)[]) => unknown): Given =>
    (values) =>
      at(values) === 0 ? null : make(at(values), values)
  const pointer = (make: (address: number) => unknown): ParamPlan => ({
    crossing: 'i32',
    given: orNull(make),
    way: { kind: ways.other, by: 0, other: (address) => (address === 0 ? null : make(address)) },
  })
  const next = kfunc.params[i + 1]
  if (next !== undefined && isSize(next)) {
    const given = orNull((address, values) => bytes(core, address, Number(values[i + 1]!)))
    return { crossing: 'i32', given, way: undefined }
  }
  if (value?.kind === 'text') return pointer((address) => core.memory.text(address, 1 << 16))
  if (value?.kind === 'map') return pointer((address) => core.mapAt(address))
  if (value?.kind === 'iterator') return pointer((address) => iteratorsOf(core).at(address))
  const target = resolveType(btf, type.type)
  if (target.kind === 'struct' || target.kind === 'union') {
    const { size, name } = target
    const handles = handlesOf(core)
    return pointer((address) => handles.objectAt(address) ?? structAt(core, address, { size, name, kfunc }))
  }
  const size = sizeOf(btf, type.type)
  if (size === undefined) throw notModelled(`parameter ${param.name} of ${kfunc.name}()`)
  return pointer((address) => bytes(core, address, size))
}

/** A view of the machine's own memory: what is written there the program sees. It is good until the body ends. */
const bytes = ({ memory }: Core, address: number, size: number): Uint8Array =>
  memory.u8.subarray(address, address + size)

/** A struct that stands for nothing of the host's: memory of the program's, or the kernel's. */
function structAt(
  core: Core,
  address: number,
  { size, name, kfunc }: { readonly size: number; readonly name: string; readonly kfunc: Kfunc },
): Uint8Array {
  const block = core.memory.block(address)
  if (block?.freed === true)
    throw new MachineError('misuse', `${kfunc.name}() is given struct ${name} after its last reference was given back`)
  return bytes(core, address, size)
}

function scalar(btf: Btf, id: BtfId, i: number): { readonly given: Given; readonly way: Way } {
  const type = resolveType(btf, id)
  const size = sizeOf(btf, id) ?? 4
  const signed = (type.kind === 'int' || type.kind === 'enum' || type.kind === 'enum64') && type.signed
  const wayOf = (kind: Way['kind'], by: number): Way => ({ kind, by, other: same })
  if (size > 4) {
    const cell = ARGUMENT_CELLS + 8 * i
    return signed
      ? { given: (values) => values[i], way: wayOf(ways.wide, cell) }
      : { given: (values) => BigInt.asUintN(64, values[i] as bigint), way: wayOf(ways.wideUnsigned, cell) }
  }
  if (type.kind === 'int' && type.bool)
    return { given: (values) => (Number(values[i]) & 1) !== 0, way: wayOf(ways.truth, 0) }
  const shift = 32 - 8 * size
  return signed
    ? {
        given: (values) => ((values[i] as number) << shift) >> shift,
        way: wayOf(shift === 0 ? ways.asIs : ways.signed, shift),
      }
    : { given: (values) => ((values[i] as number) << shift) >>> shift, way: wayOf(ways.unsigned, shift) }
}
const same = (value: number): number => value

/** The struct that a pointer leads to; undefined: it leads to no struct. */
export function structOfPointer(btf: Btf, id: BtfId): BtfStruct | undefined {
  const type = resolveType(btf, id)
  const target = type.kind === 'ptr' ? resolveType(btf, type.type) : undefined
  return target?.kind === 'struct' || target?.kind === 'union' ? target : undefined
}
