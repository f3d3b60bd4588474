// SPDX-License-Identifier: Apache-2.0
// What a trampoline and a kfunc call can pass: the prototypes whose arguments the kernel knows how to hand over
// (struct btf_func_model). Asked of every kfunc that a program names and of every function that one attaches to.
import { type Btf, type BtfType, skipModifiersAndTypedefs } from '../../btf/index.ts'
import type { Rules } from './rules.ts'

export type FuncProto = Extract<BtfType, { kind: 'func_proto' }>

const MAX_ARGS = 12
/** A struct by value takes one or two registers. */
const MAX_ARG_SIZE = 16

/** Why the function can neither be called nor attached to, as the log says it; undefined: it can. */
export function protoFault(
  btf: Btf,
  { ret, params }: FuncProto,
  name: string,
  { unionArguments }: Pick<Rules, 'unionArguments'>,
): string | undefined {
  const passed = (type: BtfType): number | undefined =>
    type.kind === 'union' && unionArguments ? type.size : passedSize(type)
  if (params.length > MAX_ARGS) return `The function ${name} has ${params.length} arguments. Too many.`
  const result = btf.type(skipModifiersAndTypedefs(btf, ret))
  if (ret !== 0 && (result.kind === 'struct' || passedSize(result) === undefined)) {
    return `The function ${name} return type ${kindText(result)} is unsupported.`
  }
  for (const [index, { type }] of params.entries()) {
    if (index === params.length - 1 && type === 0) return `The function ${name} with variable args is unsupported.`
    const arg = btf.type(skipModifiersAndTypedefs(btf, type))
    const size = type === 0 ? 0 : passed(arg)
    if (size === undefined || size > MAX_ARG_SIZE)
      return `The function ${name} arg${index} type ${kindText(arg)} is unsupported.`
    if (size === 0) return `The function ${name} has malformed void argument.`
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
const kindText = ({ kind }: BtfType): string => (kind === 'void' ? 'UNKNOWN' : kind.toUpperCase())
