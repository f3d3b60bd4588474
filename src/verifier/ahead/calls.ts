// SPDX-License-Identifier: Apache-2.0
// What a call of a helper or kfunc does with its arguments, as far as its contract and constants tell it before the walk: how many there
// are, and how many bytes of the stack it reads or writes through one.

import { sizeOf } from '../../btf/index.ts'
import type { Argument, HelperContract, KfuncContract } from '../program/contract/contract.ts'
import type { Program } from '../program/program.ts'
import { isHelperCall, kfuncContractAt } from '../program/flow.ts'
import { MAX_STACK } from '../state/frame.ts'
import type { Constants } from './constants.ts'
import { isSized } from '../program/contract/scalar-struct.ts'

/** `unknown`: it may read from the pointer up to the frame's top. */
export type StackBytes =
  | { readonly kind: 'none' | 'unknown' }
  | { readonly kind: 'read' | 'write'; readonly bytes: number }

const none: StackBytes = { kind: 'none' }
const unknown: StackBytes = { kind: 'unknown' }
const DYNPTR_SIZE = 16

/** What is called there; undefined where that is not known, or not for this program. */
const calleeAt = (program: Program, at: number): HelperContract | KfuncContract | undefined => {
  const insn = program.insns[at]!
  return isHelperCall(insn) ? program.helperContract(insn.imm) : kfuncContractAt(program, at)
}

/** Parameters of what is called; undefined where that is not known, or not for this program. */
export const paramCount = (program: Program, at: number): number | undefined => calleeAt(program, at)?.args.length

/** `index`: the argument, counted from 0. */
export function stackBytes(program: Program, constants: Constants, at: number, index: number): StackBytes {
  const callee = calleeAt(program, at)
  if (callee?.kind === 'kfunc') return ofKfunc(callee, constants, at, index)
  const arg = callee?.args[index]
  return callee === undefined || arg === undefined ? unknown : ofHelper(program, constants, at, { callee, arg })
}

interface HelperArgument {
  readonly callee: HelperContract
  readonly arg: Argument
}

function ofHelper(program: Program, constants: Constants, at: number, { callee, arg }: HelperArgument): StackBytes {
  const bytes = (size: number): StackBytes => sized(size, { written: arg.uninit })
  switch (arg.kind) {
    case 'map_key':
    case 'map_value': {
      const size = ofMap(program, constants, at, { callee, arg })
      return size === undefined ? unknown : bytes(size)
    }
    case 'mem':
      return bytes(arg.size!)
    case 'sized_mem': {
      if (callee.args[arg.reg]?.kind !== 'size') return unknown
      const size = constants.numberAt(at, arg.reg + 1)
      if (size !== undefined) return bytes(size)
      // what is written, how much of it, differs from path to path
      return arg.uninit ? none : sized(MAX_STACK, { written: false })
    }
    case 'dynptr':
      return bytes(DYNPTR_SIZE)
    case 'stack':
      // for the callback, which is looked at by itself
      return none
    default:
      return unknown
  }
}

const sized = (bytes: number, { written }: { readonly written: boolean }): StackBytes =>
  bytes === 0 ? none : { kind: written ? 'write' : 'read', bytes }

/** Bytes of a key or value: of the map given with it, or the most that any map of the program has. */
function ofMap(
  program: Program,
  constants: Constants,
  at: number,
  { callee, arg }: HelperArgument,
): number | undefined {
  const key = arg.kind === 'map_key'
  const given = callee.args.find(({ kind }) => kind === 'map')
  const map = given !== undefined && given.reg < arg.reg ? constants.mapAt(at, given.reg) : undefined
  if (map !== undefined) return key ? program.map(map).keySize : program.map(map).valueSize
  let most = 0
  for (const ref of program.linked.refs.values()) {
    if (ref.kind !== 'map' && ref.kind !== 'map_value') continue
    const { inner, keySize, valueSize } = program.map(ref.map)
    most = Math.max(most, key ? keySize : valueSize, (key ? inner?.keySize : inner?.valueSize) ?? 0)
  }
  return most === 0 ? undefined : most
}

function ofKfunc({ params, args, kfunc }: KfuncContract, constants: Constants, at: number, index: number): StackBytes {
  const declared = params[index]
  if (declared?.type.kind !== 'ptr') return none
  const written = args[index]!.uninit
  const { target } = declared
  if (target.kind === 'struct' && target.name === 'bpf_dynptr') return sized(DYNPTR_SIZE, { written })
  if (isSized(params[index + 1]?.param)) {
    const size = constants.numberAt(at, index + 2)
    return size === undefined ? sized(MAX_STACK, { written: false }) : sized(size, { written })
  }
  const size = sizeOf(kfunc.btf, target.id)
  return size === undefined ? unknown : sized(size, { written })
}
