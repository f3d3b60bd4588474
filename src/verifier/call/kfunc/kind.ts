// SPDX-License-Identifier: Apache-2.0
// What a kfunc's parameter asks for. The kinds are told apart in a fixed order: declared annotations first, then types; and up to 7.2,
// last, by what the register holds (6.12: get_kfunc_ptr_arg_type; since 7.3 the declaration alone decides).

import type { KfuncMeta } from './meta.ts'
import { type BtfId, type BtfType, resolveType, skipModifiers } from '../../../btf/index.ts'
import { ctxTypeName } from '../../../kernel/index.ts'
import { type KfuncParam, specialRole } from '../../../kfunc/index.ts'
import type { Model } from '../../program/model.ts'
import type { Program } from '../../program/program.ts'
import type { Walk } from '../../engine/walk.ts'
import { violate } from '../../violations/raise.ts'
import { isNull, type RegState, regTypeText } from '../../state/reg.ts'

import { isScalarStruct, isScalarType, isSized } from '../../program/contract/scalar-struct.ts'

export type ArgKind =
  | 'null'
  | 'ctx'
  | 'alloc'
  | 'refcounted'
  | 'dynptr'
  | 'iter'
  | 'list_head'
  | 'list_node'
  | 'rb_root'
  | 'rb_node'
  | 'const_str'
  | 'const_map'
  | 'map'
  | 'wq'
  | 'timer'
  | 'task_work'
  | 'irq_flag'
  | 'res_lock'
  | 'arena'
  | 'btf'
  | 'callback'
  | 'mem'
  | 'mem_size'

export interface Arg {
  readonly index: number
  readonly number: number
  readonly param: KfuncParam
  readonly reg: RegState
  /** What the parameter points at. */
  readonly target: BtfType
  readonly targetId: BtfId
}

export const kindText = (type: BtfType): string => (type.kind === 'void' ? 'UNKNOWN' : type.kind.toUpperCase())

/** Structs that are taken by where they lie rather than as kernel objects. */
const placed: ReadonlyMap<string, ArgKind> = new Map(
  Object.entries<ArgKind>({
    bpf_dynptr: 'dynptr',
    bpf_dynptr_kern: 'dynptr',
    bpf_list_head: 'list_head',
    bpf_list_node: 'list_node',
    bpf_rb_root: 'rb_root',
    bpf_rb_node: 'rb_node',
    bpf_wq: 'wq',
    bpf_timer: 'timer',
    bpf_task_work: 'task_work',
    bpf_res_spin_lock: 'res_lock',
  }),
)
const beforeStrings = new Set<ArgKind>(['list_head', 'list_node', 'rb_root', 'rb_node'])

export const hasBtfType = (reg: RegState): boolean =>
  reg.kind === 'btf' ||
  reg.kind === 'sock' ||
  reg.kind === 'sock_common' ||
  reg.kind === 'tcp_sock' ||
  reg.kind === 'map_ptr'

const ctxRoles = new Set<string | undefined>(['session', 'session_cookie'])

export function kindOf(walk: Walk, meta: KfuncMeta, arg: Arg): ArgKind {
  const declared = declaredKind(walk.program, meta, arg)
  if (declared !== undefined) return declared
  return walk.model.rules.declaredArgs ? kindByType(meta, arg) : kindByRegister(walk, meta, arg)
}

/** By annotation, and by structs that say it themselves. */
function declaredKind(program: Program, meta: KfuncMeta, { param, target, reg, index }: Arg): ArgKind | undefined {
  const { kfunc } = meta
  const { suffixes } = param
  const role = specialRole(kfunc)
  if (role === 'cast_to_kern_ctx' || (program.model.rules.sessionCtx && ctxRoles.has(role))) return 'ctx'
  if (isCtxParam(program, target)) return 'ctx'
  if (!program.model.rules.declaredArgs && suffixes.includes('nullable') && isNull(reg)) return 'null'
  if (suffixes.includes('alloc')) return 'alloc'
  if (suffixes.includes('refcounted_kptr')) return 'refcounted'
  const byStruct = target.kind === 'struct' ? placed.get(target.name) : undefined
  if (byStruct === 'dynptr') return byStruct
  const isIter = kfunc.flags.has('KF_ITER_NEW') || kfunc.flags.has('KF_ITER_NEXT') || kfunc.flags.has('KF_ITER_DESTROY')
  if ((isIter && index === 0) || suffixes.includes('iter')) return 'iter'
  if (byStruct !== undefined && beforeStrings.has(byStruct)) return byStruct
  if (suffixes.includes('str')) return 'const_str'
  if (suffixes.includes('const_map')) return 'const_map'
  if (suffixes.includes('map')) return 'map'
  if (byStruct === 'wq' || byStruct === 'timer' || byStruct === 'task_work') return byStruct
  if (suffixes.includes('irq_flag')) return 'irq_flag'
  return byStruct
}

/** kfuncs.rst of 7.3 "Annotating kfunc parameters": a size makes memory, a struct without one an object of the kernel. */
function kindByType({ kfunc }: KfuncMeta, { param, target, index, number }: Arg): ArgKind {
  if (target.kind === 'func_proto') return 'callback'
  if (param.suffixes.includes('arena')) return 'arena'
  const sized = isSized(kfunc.params[index + 1])
  if (!sized && (target.kind === 'struct' || target.kind === 'union')) return 'btf'
  if (!isScalarType(target) && !isScalarStruct(kfunc.btf, target, 0) && !(sized && target.kind === 'void')) {
    const what = sized ? 'void, scalar' : 'scalar'
    violate('pointer-type', {
      form: 'memory',
      reg: number,
      arg: index,
      kfunc: kfunc.name,
      expected: target.name,
      kind: kindText(target),
      what,
    })
  }
  return sized ? 'mem_size' : 'mem'
}

/** Up to 7.2 a pointer to a kernel object in the register made it one. */
function kindByRegister(walk: Walk, { kfunc }: KfuncMeta, { target, reg, index, number }: Arg): ArgKind {
  if (hasBtfType(reg)) {
    if (target.kind !== 'struct' && target.kind !== 'union') {
      violate('pointer-type', {
        form: 'unsupported',
        reg: number,
        arg: index,
        kfunc: kfunc.name,
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
      kfunc: kfunc.name,
      seen: regTypeText(reg),
      expected: target.name,
      kind: kindText(target),
      also: sized ? 'void, ' : '',
    })
  }
  return sized ? 'mem_size' : 'mem'
}

/** A parameter the verifier fills in: `struct bpf_prog_aux *`, since 7.0 without an annotation. */
export function isProgAux(model: Model, meta: KfuncMeta, param: KfuncParam): boolean {
  if (!model.rules.progAuxArgs) return false
  const { btf } = meta.kfunc
  const type = resolveType(btf, param.type)
  if (type.kind !== 'ptr') return false
  const target = resolveType(btf, skipModifiers(btf, type.type))
  return target.kind === 'struct' && target.name === 'bpf_prog_aux'
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
