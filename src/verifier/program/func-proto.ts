// SPDX-License-Identifier: Apache-2.0
// What a trampoline and a kfunc call can pass: the prototypes whose arguments the kernel knows how to hand over
// (struct btf_func_model). Asked of every kfunc that a program names and of every function that one attaches to.
import { type Btf, type BtfType, skipModifiersAndTypedefs } from '../../btf/index.ts'
import type { Params } from '../violations/table.ts'
import type { Rules } from './rules.ts'

export type FuncProto = Extract<BtfType, { kind: 'func_proto' }>

const MAX_ARGS = 12
/** A struct by value takes one or two registers. */
const MAX_ARG_SIZE = 16

type ProtoFault = Exclude<Params<'attach-prototype'>, { form: 'wide-result' }>

/** Why the function can neither be called nor attached to; undefined: it can. */
export function protoFault(
  btf: Btf,
  { ret, params }: FuncProto,
  name: string,
  { unionArguments }: Pick<Rules, 'unionArguments'>,
): ProtoFault | undefined {
  const passed = (type: BtfType): number | undefined =>
    type.kind === 'union' && unionArguments ? type.size : passedSize(type)
  if (params.length > MAX_ARGS) return { form: 'too-many', name, count: params.length }
  const result = btf.type(skipModifiersAndTypedefs(btf, ret))
  if (ret !== 0 && (result.kind === 'struct' || passedSize(result) === undefined)) {
    return { form: 'result', name, kind: kindText(result) }
  }
  for (const [index, { type }] of params.entries()) {
    if (index === params.length - 1 && type === 0) return { form: 'variadic', name }
    const arg = btf.type(skipModifiersAndTypedefs(btf, type))
    const size = type === 0 ? 0 : passed(arg)
    if (size === undefined || size > MAX_ARG_SIZE) return { form: 'argument', name, param: index, kind: kindText(arg) }
    if (size === 0) return { form: 'void', name }
  }
  return undefined
}

/** Bytes of an argument or result; undefined for what is not passed at all. */
function passedSize(type: BtfType): number | undefined {
  switch (type.kind) {
    case 'ptr':
      return 8
    case 'int':
    case 'enum':
    case 'enum64':
    case 'struct':
      return type.size
    default:
      return undefined
  }
}

/** A kind in the kernel's messages. */
export const kindText = ({ kind }: BtfType): string => (kind === 'void' ? 'UNKNOWN' : kind.toUpperCase())
