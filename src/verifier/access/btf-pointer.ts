// SPDX-License-Identifier: Apache-2.0
// Loads and stores through pointers to kernel objects and to objects the program allocated; what a walked pointer is worth.
// kfuncs.rst "KF_TRUSTED_ARGS", "KF_RCU": provenance is trusted, RCU, or nothing.

import { type BtfRecord, recordOf } from '../../object/index.ts'
import { type Btf, type BtfId, walkStruct } from '../../btf/index.ts'
import { type BytesAccess, structAccess } from '../../kernel/index.ts'
import type { Model } from '../program/model.ts'
import { type Walk, inRcu } from '../engine/walk.ts'
import { violate } from '../violations/raise.ts'
import * as scalar from '../scalar/index.ts'
import {
  ALLOC,
  MAYBE_NULL,
  NON_OWN,
  PERCPU,
  pointer,
  RCU,
  RDONLY,
  type RegState,
  TRUSTED,
  UNTRUSTED,
  unknownScalar,
  USER,
} from '../state/reg.ts'
import { hasVarOff, varOffText } from './regions.ts'

export const structName = (reg: RegState): string => (reg.btf === undefined ? '' : reg.btf.type(reg.btfId).name)
const isAllocated = (reg: RegState): boolean => (reg.flags & ALLOC) !== 0

export const recordOfReg = (model: Model, reg: RegState): BtfRecord => recordOf(reg.btf!, reg.btfId, model.types)

/** Modifiers that cast no doubt. */
export const TRUSTING = ALLOC | TRUSTED | NON_OWN
/** Held reference or kernel guarantee, and nothing that casts doubt: may be passed on as valid. kfuncs.rst "KF_TRUSTED_ARGS". */
export function isTrusted(reg: RegState): boolean {
  if (reg.refObjId !== 0) return true
  const doubted = (reg.flags & ~TRUSTING) !== 0
  if (reg.kind === 'sock' || reg.kind === 'sock_common' || reg.kind === 'tcp_sock' || reg.kind === 'map_ptr')
    return !doubted
  return (reg.flags & TRUSTING) !== 0 && !doubted
}
const mayNull = (reg: RegState): boolean => (reg.flags & MAYBE_NULL) !== 0
export const isRcuPointer = (reg: RegState): boolean => (reg.flags & RCU) !== 0

function tableHas(
  model: Model,
  table: 'trusted' | 'rcu' | 'rcu_or_null' | 'trusted_or_null',
  reg: RegState,
  field: string,
): boolean {
  return reg.btf !== undefined && model.kernel.safePointer(table, structName(reg), field)
}

/** What the pointer read from `field` of `reg` is worth. */
function walkedFlags(walk: Walk, reg: RegState, field: string, tags: number): number {
  if (reg.flags & UNTRUSTED) return UNTRUSTED
  if (!isTrusted(reg) && !isRcuPointer(reg)) return tags & ~(TRUSTED | RCU)
  if (tableHas(walk.model, 'trusted', reg, field)) return tags | TRUSTED
  if (tableHas(walk.model, 'trusted_or_null', reg, field)) return tags | TRUSTED | MAYBE_NULL
  if (!inRcu(walk) || mayNull(reg)) return UNTRUSTED
  if (tableHas(walk.model, 'rcu', reg, field)) return tags | RCU
  if (tags & RCU || tableHas(walk.model, 'rcu_or_null', reg, field)) return tags | RCU | MAYBE_NULL
  if (tags & (PERCPU | USER)) return tags
  return tags & ~(TRUSTED | RCU)
}

/** Nothing is written where a load would be guarded: a store cannot be. */
function mayFault(model: Model, { flags }: RegState): boolean {
  return (flags & UNTRUSTED) !== 0 || (flags === 0 && model.rules.plainPointersRead)
}

export function accessBtfPointer(walk: Walk, number: number, { off, size, write }: BytesAccess): RegState {
  const reg = walk.reg(number)
  const name = structName(reg)
  const details = { reg: number, seen: name }
  if (!walk.program.traits.gpl && !isAllocated(reg)) {
    violate('btf-gpl', details)
  }
  if (off < 0 && !hasVarOff(reg)) {
    violate('btf-negative', { ...details, off })
  }
  if (hasVarOff(reg)) {
    violate('btf-variable', { ...details, off, varOff: varOffText(reg) })
  }
  const at = off + scalar.constNumber(reg.var)
  if (reg.flags & USER) violate('btf-user', { ...details, at })
  if (reg.flags & PERCPU) violate('btf-percpu', { ...details, at })
  if (write && mayFault(walk.model, reg)) violate('btf-write', { form: 'read-only', ...details })
  if (write && !isAllocated(reg)) {
    const answer = structAccess(walk.model.kernel, walk.program.traits, { btf: reg.btf!, id: reg.btfId }, at, size)
    if (!answer.ok) {
      const { message, byRule } = answer
      if (!byRule || !walk.model.rules.refusedWritesPlaced)
        return violate('btf-write', { form: 'struct', ...details, told: message })
      if (message !== '') walk.verbose(message)
      violate('btf-write', { form: 'placed', ...details, at, size })
    }
    return unknownScalar
  }
  return walkField(walk, reg, { btf: reg.btf!, id: reg.btfId }, { off: at, size, allocated: isAllocated(reg) })
}

/** One step through a struct: a scalar, or a pointer with the worth the tables and sections give it. */
function walkField(
  walk: Walk,
  reg: RegState,
  { btf, id }: { readonly btf: Btf; readonly id: BtfId },
  { off, size, allocated }: { readonly off: number; readonly size: number; readonly allocated: boolean },
): RegState {
  if (allocated) {
    for (const field of recordOfReg(walk.model, reg).fields) {
      if (off < field.off + field.size && field.off < off + size) {
        violate('special-field-access', { form: 'object', field: fieldText(field.kind) })
      }
    }
  }
  const step = walkStruct(btf, id, off, size, { flexArrays: !allocated })
  if (step.kind === 'error') return violate('btf-access', { told: step.message, beyond: step.beyond })
  if (step.kind === 'scalar' && step.pointer && !allocated && walk.model.rules.untrustedLeaves)
    return pointer('mem', { flags: RDONLY | UNTRUSTED, size: 0 })
  if (step.kind !== 'ptr' || allocated) return unknownScalar
  let tags = 0
  for (const tag of step.tags) {
    if (tag === 'user') tags |= USER
    else if (tag === 'percpu') tags |= PERCPU
    else if (tag === 'rcu') tags |= RCU
  }
  const flags = step.untrusted ? UNTRUSTED : walkedFlags(walk, reg, step.fieldName, tags)
  return pointer('btf', { flags, btf, btfId: step.target, id: flags & MAYBE_NULL ? walk.newId() : 0 })
}

/** Fields that hold a pointer, which a load may give. */
export const isPointerField = (kind: string): boolean => kind.startsWith('kptr') || kind === 'uptr'
export const fieldText = (kind: string): string => (kind.startsWith('kptr') ? 'kptr' : kind)

/** A map seen as `struct bpf_map`: reading its members. */
export function accessMapPointer(walk: Walk, number: number, { off, size, write }: BytesAccess): RegState {
  const reg = walk.reg(number)
  const type = mapStructs.get(walk.program.map(reg.map).type)
  const name = type ?? 'bpf_map'
  const btf = walk.model.kernel.btf
  const id = btf.find(name, 'struct')
  if (id === undefined) return violate('map-access', { form: 'type', mapType: walk.program.map(reg.map).typeId })
  if (write) violate('map-access', { form: 'write', struct: name })
  if (off < 0) violate('map-access', { form: 'negative', reg: number, struct: name, off })
  const self = pointer('btf', { btf, btfId: id })
  const value = walkField(walk, self, { btf, id }, { off, size, allocated: false })
  return value.kind === 'btf'
    ? pointer('btf', { btf, btfId: value.btfId, flags: value.flags & ~(TRUSTED | RCU | MAYBE_NULL) })
    : value
}

/** The kernel struct behind each map type, where it has one of its own with BTF. */
const mapStructs: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    BPF_MAP_TYPE_HASH: 'bpf_htab',
    BPF_MAP_TYPE_PERCPU_HASH: 'bpf_htab',
    BPF_MAP_TYPE_LRU_HASH: 'bpf_htab',
    BPF_MAP_TYPE_LRU_PERCPU_HASH: 'bpf_htab',
    BPF_MAP_TYPE_HASH_OF_MAPS: 'bpf_htab',
    BPF_MAP_TYPE_ARRAY: 'bpf_array',
    BPF_MAP_TYPE_PERCPU_ARRAY: 'bpf_array',
    BPF_MAP_TYPE_PROG_ARRAY: 'bpf_array',
    BPF_MAP_TYPE_PERF_EVENT_ARRAY: 'bpf_array',
    BPF_MAP_TYPE_CGROUP_ARRAY: 'bpf_array',
    BPF_MAP_TYPE_ARRAY_OF_MAPS: 'bpf_array',
    BPF_MAP_TYPE_LPM_TRIE: 'lpm_trie',
    BPF_MAP_TYPE_STACK_TRACE: 'bpf_stack_map',
    BPF_MAP_TYPE_DEVMAP: 'bpf_dtab',
    BPF_MAP_TYPE_DEVMAP_HASH: 'bpf_dtab',
    BPF_MAP_TYPE_SOCKMAP: 'bpf_stab',
    BPF_MAP_TYPE_SOCKHASH: 'bpf_shtab',
    BPF_MAP_TYPE_CPUMAP: 'bpf_cpu_map',
    BPF_MAP_TYPE_XSKMAP: 'xsk_map',
    BPF_MAP_TYPE_CGROUP_STORAGE: 'bpf_cgroup_storage_map',
    BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE: 'bpf_cgroup_storage_map',
    BPF_MAP_TYPE_REUSEPORT_SOCKARRAY: 'reuseport_array',
    BPF_MAP_TYPE_QUEUE: 'bpf_queue_stack',
    BPF_MAP_TYPE_STACK: 'bpf_queue_stack',
    BPF_MAP_TYPE_RINGBUF: 'bpf_ringbuf_map',
    BPF_MAP_TYPE_SK_STORAGE: 'bpf_local_storage_map',
    BPF_MAP_TYPE_INODE_STORAGE: 'bpf_local_storage_map',
    BPF_MAP_TYPE_TASK_STORAGE: 'bpf_local_storage_map',
    BPF_MAP_TYPE_CGRP_STORAGE: 'bpf_local_storage_map',
    BPF_MAP_TYPE_BLOOM_FILTER: 'bpf_bloom_filter',
    BPF_MAP_TYPE_USER_RINGBUF: 'bpf_ringbuf_map',
    BPF_MAP_TYPE_ARENA: 'bpf_arena',
    BPF_MAP_TYPE_INSN_ARRAY: 'bpf_insn_array',
    BPF_MAP_TYPE_RHASH: 'bpf_rhtab',
  }),
)
