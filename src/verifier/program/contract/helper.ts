// SPDX-License-Identifier: Apache-2.0
// The contract of a helper, from its prototype: types there are words with flags, 'ARG_PTR_TO_MEM|MEM_RDONLY'.

import type { Btf, BtfId } from '../../../btf/index.ts'
import type { HelperArg, HelperProto } from '../../../kernel/index.ts'
import type { Rules } from '../rules.ts'
import type { AcceptedByKind } from './accepted.ts'
import {
  type Argument,
  type ArgumentKind,
  argument,
  type CallbackRole,
  effectsWith,
  type HelperContract,
  type HelperRole,
  type Result,
  type ResultKind,
  result,
  type TypeRef,
} from './contract.ts'
import { callbackContract } from './callback.ts'

/** What contracts are made from, of one kernel. */
export interface ContractSource {
  readonly btf: Btf
  readonly rules: Rules
  readonly accepted: AcceptedByKind
}

const argumentKinds: ReadonlyMap<string, ArgumentKind> = new Map<string, ArgumentKind>([
  ['ARG_ANYTHING', 'anything'],
  ['ARG_SCALAR', 'scalar'],
  ['ARG_CONST_SIZE', 'size'],
  ['ARG_CONST_SIZE_OR_ZERO', 'size'],
  ['ARG_CONST_ALLOC_SIZE_OR_ZERO', 'reserved_size'],
  ['ARG_CONST_MAP_PTR', 'map'],
  ['ARG_PTR_TO_CTX', 'ctx'],
  ['ARG_PTR_TO_MAP_KEY', 'map_key'],
  ['ARG_PTR_TO_MAP_VALUE', 'map_value'],
  ['ARG_PTR_TO_MEM', 'sized_mem'],
  ['ARG_PTR_TO_FIXED_SIZE_MEM', 'mem'],
  ['ARG_PTR_TO_STACK', 'stack'],
  ['ARG_PTR_TO_SOCK_COMMON', 'sock_common'],
  ['ARG_PTR_TO_BTF_ID_SOCK_COMMON', 'any_sock'],
  ['ARG_PTR_TO_SOCKET', 'sock'],
  ['ARG_PTR_TO_BTF_ID', 'btf'],
  ['ARG_PTR_TO_PERCPU_BTF_ID', 'percpu'],
  ['ARG_PTR_TO_SPIN_LOCK', 'spin_lock'],
  ['ARG_PTR_TO_RINGBUF_MEM', 'ringbuf_mem'],
  ['ARG_PTR_TO_FUNC', 'callback'],
  ['ARG_PTR_TO_CONST_STR', 'const_str'],
  ['ARG_PTR_TO_TIMER', 'timer'],
  ['ARG_KPTR_XCHG_DEST', 'kptr'],
  ['ARG_PTR_TO_DYNPTR', 'dynptr'],
])

const resultKinds: ReadonlyMap<string, ResultKind> = new Map<string, ResultKind>([
  ['RET_VOID', 'none'],
  ['RET_INTEGER', 'scalar'],
  ['RET_PTR_TO_MAP_VALUE', 'map_value'],
  ['RET_PTR_TO_SOCKET', 'sock'],
  ['RET_PTR_TO_SOCK_COMMON', 'sock_common'],
  ['RET_PTR_TO_TCP_SOCK', 'tcp_sock'],
  ['RET_PTR_TO_RINGBUF_MEM', 'ringbuf_mem'],
  ['RET_PTR_TO_DYNPTR_MEM', 'dynptr_mem'],
  ['RET_PTR_TO_MEM_OR_BTF_ID', 'percpu'],
  ['RET_PTR_TO_BTF_ID_TRUSTED', 'btf'],
  ['RET_PTR_TO_BTF_ID', 'btf'],
])

const roles: ReadonlySet<string> = new Set<HelperRole>([
  'map_lookup_elem',
  'get_smp_processor_id',
  'tail_call',
  'get_local_storage',
  'sk_release',
  'spin_lock',
  'spin_unlock',
  'for_each_map_elem',
  'snprintf',
  'timer_set_callback',
  'get_func_ip',
  'find_vma',
  'loop',
  'get_retval',
  'set_retval',
  'kptr_xchg',
  'dynptr_from_mem',
  'dynptr_write',
  'dynptr_data',
  'user_ringbuf_drain',
])

/** What the helper of this prototype asks and does in a kernel. */
export function helperContract(proto: HelperProto, source: ContractSource): HelperContract {
  const { rules } = source
  const plain = proto.name.slice('bpf_'.length)
  const role = roles.has(plain) ? (plain as HelperRole) : undefined
  const args = proto.args.map((arg, i) => helperArgument(i + 1, arg, source))
  return {
    kind: 'helper',
    id: proto.id,
    name: proto.name,
    role,
    proto,
    args,
    result: helperResult(proto, source),
    effects: effectsWith({
      acquires: proto.acquires,
      releases: args.find(({ releases }) => releases)?.reg,
      casts: proto.casts,
      movesPacket: proto.movesPacket,
      changesMap: proto.changesMap,
      sleeps: proto.mightSleep,
      underLock: proto.underLock || (role === 'kptr_xchg' && rules.xchgUnderLock),
      opens: role === 'spin_lock' ? 'lock' : undefined,
      closes: role === 'spin_unlock' ? 'lock' : undefined,
      calls: callbackContract(callers.get(role), source.btf),
      fastcall: proto.fastcall,
    }),
  }
}

function helperArgument(reg: number, { type, btf, size }: HelperArg, source: ContractSource): Argument {
  const { base, flags, nullable, uninit } = wordsOf(type)
  const kind = argumentKinds.get(base) ?? 'unsupported'
  const struct = btf ?? (kind === 'any_sock' ? 'sock_common' : undefined)
  return argument(reg, kind, {
    nullable,
    uninit,
    write: uninit || flags.includes('MEM_WRITE'),
    rdonly: flags.includes('MEM_RDONLY'),
    aligned: flags.includes('MEM_ALIGNED'),
    releases: flags.includes('OBJ_RELEASE'),
    constant: kind === 'reserved_size',
    zeroOk: base.endsWith('_OR_ZERO'),
    size: kind === 'mem' ? (size ?? 8) : undefined,
    dynptr: flags.includes('DYNPTR_TYPE_LOCAL')
      ? 'local'
      : flags.includes('DYNPTR_TYPE_RINGBUF')
        ? 'ringbuf'
        : undefined,
    type: structRef(source.btf, struct),
    struct,
    accepts: source.accepted.get(kind) ?? [],
  })
}

/** 'ARG_PTR_TO_UNINIT_MEM' and 'ARG_PTR_TO_MEM|MEM_UNINIT' are one type, as are '…_OR_NULL' and '…|PTR_MAYBE_NULL'. */
function wordsOf(type: string): {
  readonly base: string
  readonly flags: readonly string[]
  readonly nullable: boolean
  readonly uninit: boolean
} {
  const [head = '', ...flags] = type.split('|')
  const orNull = head.endsWith('_OR_NULL')
  const base = orNull ? head.slice(0, -'_OR_NULL'.length) : head
  const fills = base === 'ARG_PTR_TO_UNINIT_MEM'
  return {
    base: fills ? 'ARG_PTR_TO_MEM' : base,
    flags,
    nullable: orNull || flags.includes('PTR_MAYBE_NULL'),
    uninit: fills || flags.includes('MEM_UNINIT'),
  }
}

function helperResult({ ret, retBtf, bounded }: HelperProto, { btf }: ContractSource): Result {
  const { base, flags, nullable } = wordsOf(ret)
  return result(resultKinds.get(base) ?? 'unsupported', {
    nullable,
    rdonly: flags.includes('MEM_RDONLY'),
    trusted: base.endsWith('_TRUSTED'),
    bounded,
    type: structRef(btf, retBtf),
  })
}

function structRef(btf: Btf, name: string | undefined): TypeRef | undefined {
  const id = name === undefined || name === '*' ? undefined : btf.find(name, 'struct')
  return id === undefined ? undefined : { btf, id: id as BtfId }
}

/** Helpers that have a function called, and as what. */
const callers: ReadonlyMap<HelperRole | undefined, CallbackRole> = new Map<HelperRole, CallbackRole>([
  ['for_each_map_elem', 'for_each_map_elem'],
  ['timer_set_callback', 'timer'],
  ['find_vma', 'find_vma'],
  ['loop', 'loop'],
  ['user_ringbuf_drain', 'user_ringbuf'],
])
