// SPDX-License-Identifier: Apache-2.0
// What a call of a helper or kfunc does with its arguments, as far as prototypes and constants tell it before the walk: how many there
// are, and how many bytes of the stack it reads or writes through one.

import { resolveType, sizeOf } from '../../btf/index.ts'
import type { HelperProto } from '../../kernel/index.ts'
import { type ArgKind, argKind } from '../program/contract/helper-kinds.ts'

import type { Program } from '../program/program.ts'
import { isHelperCall, kfuncAt } from '../program/flow.ts'
import { MAX_STACK } from '../state/state.ts'
import type { Constants } from './constants.ts'
import { isSized } from '../program/contract/scalar-struct.ts'

/** `unknown`: it may read from the pointer up to the frame's top. */
export type StackBytes =
  | { readonly kind: 'none' | 'unknown' }
  | { readonly kind: 'read' | 'write'; readonly bytes: number }

const none: StackBytes = { kind: 'none' }
const unknown: StackBytes = { kind: 'unknown' }
const DYNPTR_SIZE = 16

/** Parameters of what is called; undefined where that is not known, or not for this program. */
export function paramCount(program: Program, at: number): number | undefined {
  if (isHelperCall(program.insns[at]!)) return helperAt(program, at)?.args.length
  return kfuncAt(program, at)?.params.length
}

function helperAt(program: Program, at: number): HelperProto | undefined {
  const answer = program.helper(program.insns[at]!.imm)
  return answer.ok ? answer.proto : undefined
}

/** `index`: the argument, counted from 0. */
export function stackBytes(program: Program, constants: Constants, at: number, index: number): StackBytes {
  return isHelperCall(program.insns[at]!)
    ? ofHelper(program, constants, at, index)
    : ofKfunc(program, constants, at, index)
}

function ofHelper(program: Program, constants: Constants, at: number, index: number): StackBytes {
  const proto = helperAt(program, at)
  const arg = proto?.args[index]
  if (proto === undefined || arg === undefined) return unknown
  const kind = argKind(arg)
  const bytes = (size: number): StackBytes => sized(size, { written: kind.uninit })
  switch (kind.base) {
    case 'ARG_PTR_TO_MAP_KEY':
    case 'ARG_PTR_TO_MAP_VALUE': {
      const size = ofMap(program, constants, at, { kinds: proto.args.map(argKind), index })
      return size === undefined ? unknown : bytes(size)
    }
    case 'ARG_PTR_TO_FIXED_SIZE_MEM':
      return bytes(arg.size ?? 0)
    case 'ARG_PTR_TO_MEM': {
      const next = proto.args[index + 1]?.type
      if (next !== 'ARG_CONST_SIZE' && next !== 'ARG_CONST_SIZE_OR_ZERO') return unknown
      const size = constants.numberAt(at, index + 2)
      if (size !== undefined) return bytes(size)
      // what is written, how much of it, differs from path to path
      return kind.uninit ? none : sized(MAX_STACK, { written: false })
    }
    case 'ARG_PTR_TO_DYNPTR':
      return bytes(DYNPTR_SIZE)
    case 'ARG_PTR_TO_STACK':
      // for the callback, which is looked at by itself
      return none
    default:
      return unknown
  }
}

const sized = (bytes: number, { written }: { readonly written: boolean }): StackBytes =>
  bytes === 0 ? none : { kind: written ? 'write' : 'read', bytes }

interface MapArgument {
  readonly kinds: readonly ArgKind[]
  readonly index: number
}

/** Bytes of a key or value: of the map given with it, or the most that any map of the program has. */
function ofMap(program: Program, constants: Constants, at: number, { kinds, index }: MapArgument): number | undefined {
  const key = kinds[index]!.base === 'ARG_PTR_TO_MAP_KEY'
  const given = kinds.findIndex(({ base }) => base === 'ARG_CONST_MAP_PTR')
  const map = given >= 0 && given < index ? constants.mapAt(at, given + 1) : undefined
  if (map !== undefined) return key ? program.map(map).keySize : program.map(map).valueSize
  let most = 0
  for (const ref of program.linked.refs.values()) {
    if (ref.kind !== 'map' && ref.kind !== 'map_value') continue
    const { inner, keySize, valueSize } = program.map(ref.map)
    most = Math.max(most, key ? keySize : valueSize, (key ? inner?.keySize : inner?.valueSize) ?? 0)
  }
  return most === 0 ? undefined : most
}

function ofKfunc(program: Program, constants: Constants, at: number, index: number): StackBytes {
  const kfunc = kfuncAt(program, at)
  if (kfunc === undefined) return unknown
  const param = kfunc.params[index]
  const type = param === undefined ? undefined : resolveType(kfunc.btf, param.type)
  if (param === undefined || type?.kind !== 'ptr') return none
  const written = (index === 0 && kfunc.flags.has('KF_ITER_NEW')) || param.suffixes.includes('uninit')
  const target = resolveType(kfunc.btf, type.type)
  if (target.kind === 'struct' && target.name === 'bpf_dynptr') return sized(DYNPTR_SIZE, { written })
  if (isSized(kfunc.params[index + 1])) {
    const size = constants.numberAt(at, index + 2)
    return size === undefined ? sized(MAX_STACK, { written: false }) : sized(size, { written })
  }
  const size = sizeOf(kfunc.btf, target.id)
  return size === undefined ? unknown : sized(size, { written })
}
