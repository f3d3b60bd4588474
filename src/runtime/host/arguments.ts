// SPDX-License-Identifier: Apache-2.0
// What a body is given for each parameter of its kfunc's prototype.

import { type Btf, type BtfId, type BtfStruct, resolveType, sizeOf } from '../../btf/index.ts'
import type { Param } from '../../jit/index.ts'
import type { Kfunc, KfuncParam } from '../../kfunc/index.ts'
import { ARGUMENT_CELLS, type Core } from '../core/core.ts'
import { MachineError, notModelled } from '../core/errors.ts'
import { type Way, ways } from './given.ts'
import { handlesOf } from './handles.ts'
import { iteratorsOf } from './iterators.ts'
import { isSize, paramValue } from './signature.ts'
import { viewsOf } from './views.ts'

/** From the numbers that cross to what the body is given. `values` are all of them, one a parameter. */
type Given = (values: readonly (number | bigint)[]) => unknown

export interface ParamPlan {
  readonly crossing: Param
  /** undefined: the body is not given it (a size is told by the bytes before it). */
  readonly given: Given | undefined
  /** Of a direct call (direct.ts). */
  readonly direct: {
    readonly crossing: Param
    /** undefined: the body is not given it. */
    readonly way: Way | undefined
  }
}

export function planParams(core: Core, kfunc: Kfunc): readonly ParamPlan[] {
  return kfunc.params.map((param, i) => planOf(core, kfunc, param, i))
}

function planOf(core: Core, kfunc: Kfunc, param: KfuncParam, i: number): ParamPlan {
  const { btf } = kfunc
  const type = resolveType(btf, param.type)
  if (param.suffixes.includes('ign')) return notGiven
  const value = paramValue(kfunc, param, i)
  if (type.kind !== 'ptr') {
    const crossing: Param = (sizeOf(btf, param.type) ?? 4) > 4 ? 'i64' : 'i32'
    // the size of the bytes before it: the verifier saw that it is below 2^29
    if (value !== undefined) return { crossing, ...scalar(btf, param.type, i) }
    const size: Way = { kind: ways.size, by: 0, other: same }
    return { crossing, given: undefined, direct: { crossing: 'i32', way: size } }
  }
  const at = (values: readonly (number | bigint)[]): number => values[i] as number
  const orNull =
    (make: (address: number, values: readonly (number | bigint)[]) => unknown): Given =>
    (values) =>
      at(values) === 0 ? null : make(at(values), values)
  const pointer = (
    make: (address: number) => unknown,
    kind: Way['kind'] = ways.other,
    none: () => unknown = () => null,
  ): ParamPlan => {
    const other = (address: number): unknown => (address === 0 ? none() : make(address))
    return {
      crossing: 'i32',
      given: (values) => other(at(values)),
      direct: { crossing: 'i32', way: { kind, by: 0, other } },
    }
  }
  const next = kfunc.params[i + 1]
  if (next !== undefined && isSize(next)) {
    const given = orNull((address, values) => bytes(core, address, Number(values[i + 1]!)))
    const way: Way = { kind: ways.sized, by: 0, other: same }
    return { crossing: 'i32', given, direct: { crossing: 'i32', way } }
  }
  if (value?.kind === 'text') return pointer((address) => core.memory.text(address, 1 << 16))
  if (value?.kind === 'map') return pointer((address) => core.mapAt(address))
  if (value?.kind === 'iterator') return pointer((address) => iteratorsOf(core).at(address))
  const target = resolveType(btf, type.type)
  if (target.kind === 'struct' || target.kind === 'union') {
    const { size, name } = target
    const handles = handlesOf(core)
    const object = (address: number): unknown =>
      handles.objectAt(address) ?? structAt(core, address, { size, name, kfunc })
    return pointer(object, ways.object)
  }
  const size = sizeOf(btf, type.type)
  if (size === undefined) throw notModelled(`parameter ${param.name} of ${kfunc.name}()`)
  // the kernel adds the arena's begin to whatever it is given, also to NULL: nothing is there
  if (param.suffixes.includes('arena') && !param.suffixes.includes('nullable'))
    return pointer(
      (address) => bytes(core, address, size),
      ways.other,
      () => new Uint8Array(size),
    )
  return pointer((address) => bytes(core, address, size))
}

/** A view of the machine's own memory: what is written there the program sees. It is good until the body ends. */
const bytes = (core: Core, address: number, size: number): Uint8Array => viewsOf(core).at(address, size)

const notGiven: ParamPlan = { crossing: 'none', given: undefined, direct: { crossing: 'none', way: undefined } }

/** A struct that stands for nothing of the host's: memory of the program's, or the kernel's. */
function structAt(
  core: Core,
  address: number,
  { size, name, kfunc }: { readonly size: number; readonly name: string; readonly kfunc: Kfunc },
): Uint8Array {
  const block = core.memory.block(address)
  if (block?.freed === true)
    throw new MachineError(
      'misuse',
      `${kfunc.name}() is given struct ${name} after its last reference was released${core.memory.whereFreed(block)}`,
    )
  return bytes(core, address, size)
}

function scalar(btf: Btf, id: BtfId, i: number): Pick<ParamPlan, 'given' | 'direct'> {
  const type = resolveType(btf, id)
  const size = sizeOf(btf, id) ?? 4
  const signed = (type.kind === 'int' || type.kind === 'enum' || type.kind === 'enum64') && type.signed
  const direct = (crossing: Param, kind: Way['kind'], by = 0): ParamPlan['direct'] => ({
    crossing,
    way: { kind, by, other: same },
  })
  if (size > 4) {
    const cell = ARGUMENT_CELLS + 8 * i
    return signed
      ? { given: (values) => values[i], direct: direct('cell', ways.wide, cell) }
      : {
          given: (values) => BigInt.asUintN(64, values[i] as bigint),
          direct: direct('cell', ways.wideUnsigned, cell),
        }
  }
  if (type.kind === 'int' && type.bool)
    return { given: (values) => (Number(values[i]) & 1) !== 0, direct: direct('bit', ways.truth) }
  const shift = 32 - 8 * size
  const crossing = size === 1 ? (signed ? 's8' : 'u8') : size === 2 ? (signed ? 's16' : 'u16') : 'i32'
  return signed
    ? { given: (values) => ((values[i] as number) << shift) >> shift, direct: direct(crossing, ways.number) }
    : {
        given: (values) => ((values[i] as number) << shift) >>> shift,
        direct: direct(crossing, ways.number, shift === 0 ? 2 ** 32 : 0),
      }
}
const same = (value: number): number => value

/** The struct that a pointer leads to; undefined: it leads to no struct. */
export function structOfPointer(btf: Btf, id: BtfId): BtfStruct | undefined {
  const type = resolveType(btf, id)
  const target = type.kind === 'ptr' ? resolveType(btf, type.type) : undefined
  return target?.kind === 'struct' || target?.kind === 'union' ? target : undefined
}
