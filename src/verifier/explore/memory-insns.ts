// SPDX-License-Identifier: Apache-2.0
// Loads, stores, atomics, and the two-slot load of an address. RFC 9669 §5; pseudo loads as libbpf makes them.

import { type BtfType, resolveType, sizeOf, skipModifiers, typeTags } from '../../btf/index.ts'
import { missingMessage } from '../../object/index.ts'
import { type Insn, imm64 } from '../../isa/index.ts'
import { type Access, type Stored, storedReg, storedUnknown } from '../program/access.ts'
import { access } from '../access/memory.ts'
import type { Model } from '../program/model.ts'
import { requireNoReferences } from '../call/objects/references.ts'
import type { Program } from '../program/program.ts'
import { isWorthKeeping, type Walk } from '../engine/walk.ts'
import { orElse, Unlinked, unsupported, violate, violateAgain } from '../violations/raise.ts'
import { wordsOf } from '../violations/table.ts'
import * as scalar from '../scalar/index.ts'
import {
  PERCPU,
  pointer,
  RDONLY,
  type RegState,
  regTypeText,
  scalarReg,
  UNTRUSTED,
  unknownScalar,
} from '../state/reg.ts'
import { readReg, requireWritable } from '../engine/operands.ts'

/** Pointers whose accesses are rewritten after verification, each kind in its own way. */
const rewritten: ReadonlySet<string> = new Set(['ctx', 'sock', 'sock_common', 'tcp_sock', 'xdp_sock', 'btf', 'arena'])

/**
 * One insn serves one type of pointer where its access is rewritten. Loads may differ in how far a kernel pointer is trusted: they
 * are then guarded as those of an untrusted one.
 */
function requireOneType(walk: Walk, reg: RegState, trust: 'any trust' | 'one trust'): void {
  const met = walk.pointersMet[walk.insn]
  if (met === undefined) {
    walk.pointersMet[walk.insn] = { kind: reg.kind, flags: reg.flags }
    return
  }
  if (met.kind === reg.kind && met.flags === reg.flags) return
  if (!isRewritten(reg.kind, reg.flags) && !isRewritten(met.kind, met.flags)) return
  if (trust === 'one trust' || !isGuarded(walk.model, reg.kind) || !isGuarded(walk.model, met.kind))
    violate('mixed-pointers')
  met.flags = UNTRUSTED
  if (reg.kind === 'mem') met.kind = 'mem'
}

/** Loads through it are guarded, where it may not be trusted. */
const isGuarded = ({ rules }: Model, kind: RegState['kind']): boolean =>
  kind === 'btf' || (rules.castToVoid && kind === 'mem')

/** Memory that may not be there is read as a kernel object's is: guarded. */
const isRewritten = (kind: string, flags: number): boolean =>
  rewritten.has(kind) || (kind === 'mem' && (flags & UNTRUSTED) !== 0)

const plain = { atomic: false }
export function accessLoad(walk: Walk, insn: Insn, { atomic } = plain): void {
  const base = readReg(walk, insn.src)
  requireWritable(insn.dst)
  walk.noteWrite(insn.dst)
  const known = walk.accesses[walk.insn]
  walk.setReg(insn.dst, access(walk, typeof known === 'object' ? known : kept(walk, loadOf(insn, { atomic }))))
  requireOneType(walk, base, atomic ? 'one trust' : 'any trust')
}

function kept(walk: Walk, made: Access): Access {
  if (isWorthKeeping(walk.accesses, walk.insn)) walk.accesses[walk.insn] = made
  return made
}

function loadOf({ op, src, off }: Insn, { atomic }: { readonly atomic: boolean }): Access {
  return { base: src, off, size: op.size, atomic, write: false, signed: op.signed }
}

function storeOf({ op, dst, src, off, imm }: Insn, { atomic }: { readonly atomic: boolean }): Access {
  const stored: Stored = op.source === 'reg' ? storedReg(src) : { kind: 'imm', imm }
  return { base: dst, off, size: op.size, atomic, write: true, stored }
}

export function accessStore(walk: Walk, insn: Insn, { atomic } = plain): void {
  if (insn.op.source === 'reg') readReg(walk, insn.src)
  const base = readReg(walk, insn.dst)
  const known = walk.accesses[walk.insn]
  access(walk, typeof known === 'object' ? known : kept(walk, storeOf(insn, { atomic })))
  requireOneType(walk, base, 'one trust')
}

const BANNED = new Set(['ctx', 'pkt', 'pkt_meta', 'flow_keys', 'sock', 'sock_common', 'tcp_sock', 'xdp_sock'])

/** What the x86 JIT cannot do in an arena. */
const bitwiseFetch = ({ name, fetch }: Insn['op']): boolean =>
  fetch && (name === 'and' || name === 'or' || name === 'xor')

/** Loads through it are guarded, which atomics are not. */
const mayFault = ({ kind, flags }: RegState): boolean => (kind === 'btf' && flags === 0) || (flags & UNTRUSTED) !== 0

/** Atomics reach plain memory only. */
function requireAtomicBase(walk: Walk, { op }: Insn, number: number, what: 'stores into' | 'loads from'): void {
  const base = readReg(walk, number)
  const unguarded = op.name === 'load_acquire' && mayFault(base)
  if (BANNED.has(base.kind) || (base.kind === 'arena' && bitwiseFetch(op)) || unguarded)
    violate('atomic-store', { reg: number, what, type: regTypeText(base) })
}

export function accessAtomic(walk: Walk, insn: Insn): void {
  const { op } = insn
  if (op.name === 'load_acquire') {
    requireAtomicBase(walk, insn, insn.src, 'loads from')
    return accessLoad(walk, insn, { atomic: true })
  }
  if (op.name === 'store_release') {
    accessStore(walk, insn, { atomic: true })
    return requireAtomicBase(walk, insn, insn.dst, 'stores into')
  }
  readReg(walk, insn.src)
  const base = readReg(walk, insn.dst)
  if (op.name === 'cmpxchg') readReg(walk, 0)
  requireAtomicBase(walk, insn, insn.dst, 'stores into')
  const target = !op.fetch ? undefined : op.name === 'cmpxchg' ? 0 : insn.src
  // what is loaded takes the place of the pointer, if it goes there, before memory is touched
  if (target !== undefined) {
    requireWritable(target)
    walk.noteWrite(target)
    walk.setReg(target, unknownScalar)
  }
  const shape = { base: insn.dst, off: insn.off, size: op.size, atomic: true }
  const loaded = access(walk, { ...shape, write: false, signed: false })
  if (target !== undefined) walk.setReg(target, loaded)
  // part of a spill that is not loaded is no fill
  else if (op.size !== 8) walk.stepTouch = undefined
  requireOneType(walk, base, 'one trust')
  access(walk, { ...shape, write: true, stored: storedUnknown })
}

/** Whose address is taken is called back, with arguments that only its caller knows: never a function verified by its types. */
function requireCallback(program: Program, insn: number): void {
  const { btf, funcs } = program.linked
  if (btf === undefined || funcs.length === 0) return violate('callback-func-info')
  const func = btf.type(program.subprogOf(insn).typeId)
  if (func.kind === 'func' && func.linkage !== 'static') violate('callback', { form: 'global' })
}

export function loadImm64(walk: Walk, insn: Insn): void {
  requireWritable(insn.dst)
  walk.noteWrite(insn.dst)
  walk.setReg(insn.dst, walk.immediateOr(loaded))
}

/** What the insn loads: the same each time. */
function loaded({ program, insn: at }: Walk): RegState {
  const insn = program.insns[at]!
  const ref = program.linked.refs.get(at)
  const next = program.insns[at + 1]
  if (next === undefined) return violate('ld-imm64')
  if (ref === undefined) {
    if (insn.src !== 0) return unsupported(`ld_imm64 of a variable or function that nothing tells (source ${insn.src})`)
    return scalarReg(scalar.constant(imm64(insn, next)))
  }
  switch (ref.kind) {
    case 'map':
      return pointer('map_ptr', { map: ref.map })
    case 'map_value':
      if (program.map(ref.map).type === 'BPF_MAP_TYPE_ARENA') return unknownScalar
      // one element only: no id is needed to tell it from others
      return pointer('map_value', { map: ref.map, off: ref.offset })
    case 'func':
      requireCallback(program, ref.insn)
      return pointer('func', { frame: ref.insn })
    case 'ksym_func':
      return pointer('mem', { flags: RDONLY, size: 0 })
    case 'ksym_var': {
      const variable = ref.btf.type(ref.btfId)
      return variable.kind === 'var' ? kernelVariable(ref.btf, variable) : pointer('mem', { flags: RDONLY, size: 0 })
    }
    default:
      if (ref.kind === 'missing') throw new Unlinked(missingMessage(ref), ref)
      return unsupported(`ld_imm64 of a ${ref.kind}`)
  }
}

function kernelVariable(btf: RegState['btf'] & object, variable: Extract<BtfType, { kind: 'var' }>): RegState {
  const type = resolveType(btf, variable.type)
  const percpu = isPercpu(btf, variable.id) || typeTags(btf, variable.type).includes('percpu')
  if (percpu) return pointer('btf', { btf, btfId: skipModifiers(btf, variable.type), flags: PERCPU })
  if (type.kind !== 'struct') return pointer('mem', { flags: RDONLY, size: sizeOf(btf, variable.type) ?? 0 })
  return pointer('btf', { btf, btfId: type.id })
}
const percpuIds = new WeakMap<object, Set<number>>()
function isPercpu(btf: RegState['btf'] & object, id: number): boolean {
  let ids = percpuIds.get(btf)
  if (ids === undefined) {
    ids = new Set()
    for (const section of btf.findAll('.data..percpu')) {
      const type = btf.type(section)
      if (type.kind === 'datasec') for (const entry of type.entries) ids.add(entry.type)
    }
    percpuIds.set(btf, ids)
  }
  return ids.has(id)
}

const ABS_TYPES = new Set(['BPF_PROG_TYPE_SOCKET_FILTER', 'BPF_PROG_TYPE_SCHED_CLS', 'BPF_PROG_TYPE_SCHED_ACT'])

export function requirePacketLoads(program: Program): void {
  if (!ABS_TYPES.has(program.linked.type)) violate('ld-abs-type')
}

/** Legacy packet loads: the skb in R6, the result in R0, R1-R5 gone. RFC 9669 "Legacy BPF Packet access instructions". */
export function loadAbs(walk: Walk, insn: Insn): void {
  requirePacketLoads(walk.program)
  if (walk.state.frames.some(({ callback }, i) => i > 0 && callback !== 'none')) violate('ld-abs-callback')
  const ctx = readReg(walk, 6)
  orElse(
    () => requireNoReferences(walk, { exception: true }),
    (inner) => {
      if (walk.model.rules.reportsFirst) return violateAgain(inner)
      walk.verbose(wordsOf(inner, walk.model.wording))
      return violate('ld-abs-ref')
    },
  )
  if (walk.state.sections.locks > 0) violate('ld-abs-lock')
  if (walk.state.sections.irq > 0) violate('ld-abs-irq')
  if (walk.state.sections.rcu > 0) violate('ld-abs-rcu')
  if (walk.state.sections.preempt > 0) violate('ld-abs-preempt')
  if (ctx.kind !== 'ctx') violate('ld-abs-ctx', { reg: 6 })
  if (insn.op.kind === 'ld_ind') readReg(walk, insn.src)
  walk.clobberCallerSaved()
  // The kernel keeps nothing of the width: all 64 bits are unknown to it.
  walk.setReg(0, unknownScalar)
}
