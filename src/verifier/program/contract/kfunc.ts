// SPDX-License-Identifier: Apache-2.0
// The contract of a kfunc: its declaration, annotations, flags, and the role that the verifier knows it in. kfuncs.rst throughout.

import { type BtfId, type BtfType, resolveType, skipModifiers } from '../../../btf/index.ts'
import {
  type Kfunc,
  type KfuncFlag,
  type KfuncParam,
  type RoleRow,
  roleRow,
  specialRole,
} from '../../../kfunc/index.ts'
import type { Rules } from '../rules.ts'
import { callbackContract } from './callback.ts'
import {
  type Argument,
  type ArgumentKind,
  argument,
  effectsWith,
  type KfuncArgument,
  type KfuncContract,
  type Result,
  result,
  type Trust,
} from './contract.ts'
import type { ContractSource } from './helper.ts'
import { isScalarStruct, isScalarType, isSized } from './scalar-struct.ts'

/** What a kfunc asks and does in a kernel. */
export function kfuncContract(kfunc: Kfunc, { btf, rules }: ContractSource): KfuncContract {
  const { name, flags } = kfunc
  const role = specialRole(kfunc)
  const row = roleRow(role)
  const params = kfunc.params.map((param) => declared(kfunc, param))
  return {
    kind: 'kfunc',
    name,
    role,
    kfunc,
    params,
    trust: trustOf(flags, rules),
    args: params.map((_, index) => kfuncArgument(kfunc, params, index, { rules, row })),
    result: kfuncResult(kfunc, rules, row),
    effects: effectsWith({
      acquires: flags.has('KF_ACQUIRE'),
      releases: flags.has('KF_RELEASE') ? (rules.releaseFirst ? 1 : 'referenced') : undefined,
      lends: row.lends,
      borrows: row.borrows === true,
      movesPacket: row.movesPacket === true,
      sleeps: flags.has('KF_SLEEPABLE'),
      throws: row.throws === true,
      mayFail: row.mayFail === true,
      underLock: underLock(flags, row, rules),
      needsRcu: flags.has('KF_RCU_PROTECTED') && rules.rcuProtectedCalls,
      opens: row.opens,
      closes: row.closes,
      calls: callbackContract(row.calls, btf),
      iterator: flags.has('KF_ITER_NEW')
        ? 'new'
        : flags.has('KF_ITER_NEXT')
          ? 'next'
          : flags.has('KF_ITER_DESTROY')
            ? 'destroy'
            : undefined,
      makesDynptr: row.makesDynptr,
      endsDynptr: row.endsDynptr,
      fastcall: flags.has('KF_FASTCALL') || row.inlined === true,
      deviceBound: row.deviceBound === true,
    }),
  }
}

/** kfuncs.rst "KF_TRUSTED_ARGS flag", "KF_RCU flag". A release takes what was acquired: trusted by nature. */
function trustOf(flags: ReadonlySet<KfuncFlag>, { trustedByDefault }: Rules): Trust {
  if (flags.has('KF_RCU')) return 'rcu'
  return trustedByDefault || flags.has('KF_TRUSTED_ARGS') || flags.has('KF_RELEASE') ? 'trusted' : 'any'
}

/** What may be called while a lock is held. Since 7.3 a kfunc says it itself (KF_SPINLOCK_SAFE). */
function underLock(flags: ReadonlySet<KfuncFlag>, row: RoleRow, rules: Rules): boolean {
  if (rules.spinLockSafe) return flags.has('KF_SPINLOCK_SAFE')
  switch (row.underLock) {
    case 'always':
      return true
    case 'resilient':
      return rules.resilientLocks
    case 'arena':
      return rules.arenaUnderLock
    default:
      return false
  }
}

function declared({ btf }: Kfunc, param: KfuncParam): KfuncArgument {
  const type = resolveType(btf, param.type)
  const targetId = type.kind === 'ptr' ? skipModifiers(btf, type.type) : (0 as BtfId)
  return { param, type, target: resolveType(btf, targetId), targetId }
}

/** Structs that are taken by where they lie rather than as kernel objects. */
const placed: ReadonlyMap<string, ArgumentKind> = new Map<string, ArgumentKind>([
  ['bpf_dynptr', 'dynptr'],
  ['bpf_dynptr_kern', 'dynptr'],
  ['bpf_list_head', 'list_head'],
  ['bpf_list_node', 'list_node'],
  ['bpf_rb_root', 'rb_root'],
  ['bpf_rb_node', 'rb_node'],
  ['bpf_wq', 'wq'],
  ['bpf_timer', 'timer'],
  ['bpf_task_work', 'task_work'],
  ['bpf_res_spin_lock', 'res_lock'],
])
const beforeStrings: ReadonlySet<ArgumentKind> = new Set<ArgumentKind>(['list_head', 'list_node', 'rb_root', 'rb_node'])

interface Known {
  readonly rules: Rules
  readonly row: RoleRow
}

function kfuncArgument(kfunc: Kfunc, params: readonly KfuncArgument[], index: number, known: Known): Argument {
  const { btf } = kfunc
  const { param, type, target, targetId } = params[index]!
  const { suffixes, name } = param
  const reg = index + 1
  if (suffixes.includes('ign') || isProgAux(known.rules, type, target)) return argument(reg, 'ignored', { name })
  if (isScalarType(type)) return numberArgument(reg, param)
  if (type.kind !== 'ptr') return argument(reg, 'unsupported', { name })
  const annotated = annotatedKind(kfunc, params[index]!, { index, ...known })
  return argument(reg, annotated ?? kindByType(kfunc, params, index), {
    name,
    annotated: annotated !== undefined,
    nullable: suffixes.includes('nullable'),
    uninit: suffixes.includes('uninit') || (index === 0 && kfunc.flags.has('KF_ITER_NEW')),
    borrowed: suffixes.includes('nonown_allowed'),
    releases: kfunc.flags.has('KF_RELEASE') && known.rules.releaseFirst && index === 0,
    type: { btf, id: targetId },
  })
}

/** kfuncs.rst "__sz annotation", "__k annotation"; buffer sizes by the names rdonly_buf_size and rdwr_buf_size. */
function numberArgument(reg: number, { name, suffixes }: KfuncParam): Argument {
  if (suffixes.includes('k')) return argument(reg, 'constant', { name, constant: true })
  if (name === 'rdonly_buf_size' || name === 'rdwr_buf_size')
    return argument(reg, 'result_size', { name, constant: true, rdonly: name === 'rdonly_buf_size', zeroOk: true })
  if (suffixes.includes('sz') || suffixes.includes('szk'))
    return argument(reg, 'size', { name, constant: suffixes.includes('szk'), zeroOk: true })
  return argument(reg, 'scalar', { name })
}

/** By annotation, and by structs that say it themselves. The program's context goes before all (call/kfunc/kind.ts): it depends on the program. */
function annotatedKind(
  { flags }: Kfunc,
  { param: { suffixes }, target }: KfuncArgument,
  { index, rules, row }: Known & { readonly index: number },
): ArgumentKind | undefined {
  if (row.context === 'always' || (row.context === 'sessions' && rules.sessionCtx)) return 'ctx'
  if (suffixes.includes('alloc')) return 'alloc'
  if (suffixes.includes('refcounted_kptr')) return 'refcounted'
  const byStruct = target.kind === 'struct' ? placed.get(target.name) : undefined
  if (byStruct === 'dynptr') return byStruct
  const isIter = flags.has('KF_ITER_NEW') || flags.has('KF_ITER_NEXT') || flags.has('KF_ITER_DESTROY')
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
function kindByType({ btf }: Kfunc, params: readonly KfuncArgument[], index: number): ArgumentKind {
  const { param, target } = params[index]!
  if (target.kind === 'func_proto') return 'callback'
  if (param.suffixes.includes('arena')) return 'arena'
  const sized = isSized(params[index + 1]?.param)
  if (!sized && (target.kind === 'struct' || target.kind === 'union')) return 'btf'
  if (!isScalarType(target) && !isScalarStruct(btf, target, 0) && !(sized && target.kind === 'void'))
    return 'unsupported'
  return sized ? 'sized_mem' : 'mem'
}

/** A parameter the verifier fills in: `struct bpf_prog_aux *`, since 7.0 without an annotation. */
const isProgAux = ({ progAuxArgs }: Rules, type: BtfType, target: BtfType): boolean =>
  progAuxArgs && type.kind === 'ptr' && target.kind === 'struct' && target.name === 'bpf_prog_aux'

function kfuncResult({ btf, ret, flags }: Kfunc, rules: Rules, row: RoleRow): Result {
  const bare = resolveType(btf, ret)
  if (bare.kind === 'void') return result('none')
  if (bare.kind !== 'ptr') return result('scalar', row.mayFail === true ? { range: { min: -4095, max: 0 } } : {})
  const target = resolveType(btf, bare.type)
  const object = target.kind === 'struct' || target.kind === 'union'
  return result(target.kind === 'void' ? 'void_pointer' : object ? 'btf' : 'mem', {
    nullable: flags.has('KF_RET_NULL'),
    trusted: object && rules.trustedReturns && row.untrusted !== true,
    type: { btf, id: object ? target.id : bare.type },
    size: row.resultSize,
  })
}
