// SPDX-License-Identifier: Apache-2.0
// What a kfunc's parameter asks for in this program. The program's context goes before what the contract says; and up to 7.2, where
// neither annotation nor struct say it, what the register holds decides (6.12: get_kfunc_ptr_arg_type; since 7.3 the declaration alone).

import { type BtfType, resolveType } from '../../../btf/index.ts'
import { ctxTypeName } from '../../../kernel/index.ts'
import type { ArgumentKind, KfuncContract } from '../../program/contract/contract.ts'
import { isScalarStruct, isScalarType, isSized } from '../../program/contract/scalar-struct.ts'
import type { Program } from '../../program/program.ts'
import type { Walk } from '../../engine/walk.ts'
import { violate } from '../../violations/raise.ts'
import { isNull, type RegState, regTypeText } from '../../state/reg.ts'
import type { Arg } from './arg.ts'

export const kindText = (type: BtfType): string => (type.kind === 'void' ? 'UNKNOWN' : type.kind.toUpperCase())

export const hasBtfType = (reg: RegState): boolean =>
  reg.kind === 'btf' ||
  reg.kind === 'sock' ||
  reg.kind === 'sock_common' ||
  reg.kind === 'tcp_sock' ||
  reg.kind === 'map_ptr'

/** 'null': a NULL that is none of the kfunc's business any more. */
export function kindOf(walk: Walk, kfunc: KfuncContract, arg: Arg): ArgumentKind | 'null' {
  const { says, reg } = arg
  const { declaredArgs } = walk.model.rules
  if (says.kind === 'ctx' || isCtxParam(walk.program, arg.target)) return 'ctx'
  if (!declaredArgs && says.nullable && isNull(reg)) return 'null'
  if (says.annotated) return says.kind
  return declaredArgs ? kindByType(kfunc, arg) : kindByRegister(walk, kfunc, arg)
}

function kindByType({ name, params }: KfuncContract, { says, target, index, number }: Arg): ArgumentKind {
  if (says.kind !== 'unsupported') return says.kind
  return violate('pointer-type', {
    form: 'memory',
    reg: number,
    arg: index,
    kfunc: name,
    expected: target.name,
    kind: kindText(target),
    what: isSized(params[index + 1]?.param) ? 'void, scalar' : 'scalar',
  })
}

/** Up to 7.2 a pointer to a kernel object in the register made it one. */
function kindByRegister(walk: Walk, { kfunc, name }: KfuncContract, arg: Arg): ArgumentKind {
  const { target, reg, index, number } = arg
  if (hasBtfType(reg)) {
    if (target.kind !== 'struct' && target.kind !== 'union') {
      violate('pointer-type', {
        form: 'unsupported',
        reg: number,
        arg: index,
        kfunc: name,
        kind: kindText(target),
        struct: target.name,
      })
    }
    return 'btf'
  }
  if (target.kind === 'func_proto') return 'callback'
  const next = kfunc.params[index + 1]
  const sized =
    isSized(next) && isScalarType(resolveType(kfunc.btf, next!.type)) && walk.reg(index + 2).kind === 'scalar'
  if (!isScalarType(target) && !isScalarStruct(kfunc.btf, target, 0) && !(sized && target.kind === 'void')) {
    violate('pointer-type', {
      form: 'register',
      reg: number,
      arg: index,
      kfunc: name,
      seen: regTypeText(reg),
      expected: target.name,
      kind: kindText(target),
      also: sized ? 'void, ' : '',
    })
  }
  return sized ? 'sized_mem' : 'mem'
}

function isCtxParam(program: Program, target: BtfType): boolean {
  if (target.kind !== 'struct') return false
  const ctx = ctxTypeName(program.linked.type)
  return (
    ctx !== undefined &&
    (target.name === ctx.user || (target.name === ctx.kernel && projections.get(ctx.user) === ctx.kernel)) &&
    program.linked.type !== 'BPF_PROG_TYPE_TRACING' &&
    program.linked.type !== 'BPF_PROG_TYPE_LSM' &&
    program.linked.type !== 'BPF_PROG_TYPE_STRUCT_OPS'
  )
}

/** A program's view of a kernel type stands for the type. */
export const projections: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({ __sk_buff: 'sk_buff', xdp_md: 'xdp_buff' }),
)
