// SPDX-License-Identifier: Apache-2.0
// What a call asks and does, whoever is called: helper, kfunc, global function, callback. One value each, made once a kernel (of global
// functions once a program) from prototypes, declarations, flags and annotations; whoever checks, compiles, runs or explains a call reads
// it, and none of them reads a prototype again.

import type { Btf, BtfId, BtfType } from '../../../btf/index.ts'
import type { HelperProto } from '../../../kernel/index.ts'
import type { Kfunc, KfuncParam, SectionKind, SpecialRole } from '../../../kfunc/index.ts'
import type { DynptrType, RegKind } from '../../state/reg.ts'
import type { ReturnRange } from '../../state/frame.ts'

/** What is handed over in one register. */
export type ArgumentKind =
  /** Whatever there is; with `ignored` not even that is looked at. */
  | 'anything'
  | 'ignored'
  /** Numbers: any, one that is known, the bytes of the memory before it, of what is reserved, of the memory that is returned. */
  | 'scalar'
  | 'constant'
  | 'size'
  | 'reserved_size'
  | 'result_size'
  /** The program's context. */
  | 'ctx'
  /** Maps and what is in them. */
  | 'map'
  | 'const_map'
  | 'map_key'
  | 'map_value'
  /** Memory: with its size behind it, of a size that is known, on the stack, reserved in a ring buffer, a constant string, an arena's. */
  | 'sized_mem'
  | 'mem'
  | 'stack'
  | 'ringbuf_mem'
  | 'const_str'
  | 'arena'
  /** Objects of the kernel: by their type, sockets of any kind or of one, per-CPU variables; memory that may not be there. */
  | 'btf'
  | 'any_sock'
  | 'sock_common'
  | 'sock'
  | 'percpu'
  | 'untrusted'
  /** Objects of the program's own: allocated, counted, in lists and trees. */
  | 'alloc'
  | 'refcounted'
  | 'list_head'
  | 'list_node'
  | 'rb_root'
  | 'rb_node'
  /** What lies in map values or objects: locks, timers, work, pointers. */
  | 'spin_lock'
  | 'res_lock'
  | 'timer'
  | 'wq'
  | 'task_work'
  | 'kptr'
  /** What lies on the stack. */
  | 'dynptr'
  | 'iter'
  | 'irq_flag'
  /** A function of the program. */
  | 'callback'
  /** Of a callback: what its caller was given in the register `from`. */
  | 'passed'
  /** A type that no kernel hands over. */
  | 'unsupported'

/** A type where it is declared. */
export interface TypeRef {
  readonly btf: Btf
  readonly id: BtfId
}

/** Register types, with their flags. */
export type Accepted = readonly (readonly [kind: RegKind, flags: number])[]

/** One parameter. Where a field does not matter to its kind, it is as in `argument()`. */
export interface Argument {
  /** The register that it arrives in: 1 for the first. */
  readonly reg: number
  readonly kind: ArgumentKind
  /** As it is declared, annotations and all; '' where nothing names it. */
  readonly name: string
  /** NULL will do. */
  readonly nullable: boolean
  /** Memory or object that the callee makes: nothing need be there before. */
  readonly uninit: boolean
  /** The callee writes it; with `rdonly` it only reads; with neither it may do both. */
  readonly write: boolean
  readonly rdonly: boolean
  readonly aligned: boolean
  /** The reference that it is ends with the call. */
  readonly releases: boolean
  /** A number that must be known. */
  readonly constant: boolean
  /** A size may be zero. */
  readonly zeroOk: boolean
  /** Bytes of memory, where the declaration says it. */
  readonly size: number | undefined
  /** What lies behind a dynptr; undefined: anything. */
  readonly dynptr: DynptrType | undefined
  /** The type pointed to. */
  readonly type: TypeRef | undefined
  /** The struct of the kernel that it must be, by name: a kernel built otherwise may not have it. */
  readonly struct: string | undefined
  /** A node that is only borrowed will do. */
  readonly borrowed: boolean
  /** Annotation or struct say the kind, whatever the register holds; up to 7.2 the register decides where they do not. */
  readonly annotated: boolean
  /** Register types that it takes; undefined where the kind has rules of its own. */
  readonly accepts: Accepted | undefined
  /** Of what is `passed` to a callback: the caller's register. */
  readonly from: number
}

const unspoken: Omit<Argument, 'reg' | 'kind'> = {
  name: '',
  nullable: false,
  uninit: false,
  write: false,
  rdonly: false,
  aligned: false,
  releases: false,
  constant: false,
  zeroOk: false,
  size: undefined,
  dynptr: undefined,
  type: undefined,
  struct: undefined,
  borrowed: false,
  annotated: true,
  accepts: undefined,
  from: 0,
}

/** An argument of which nothing more is said than `said`. */
export const argument = (reg: number, kind: ArgumentKind, said: Partial<Argument> = {}): Argument => ({
  reg,
  kind,
  ...unspoken,
  ...said,
})

export type ResultKind =
  | 'none'
  | 'scalar'
  | 'map_value'
  | 'sock'
  | 'sock_common'
  | 'tcp_sock'
  | 'ringbuf_mem'
  | 'dynptr_mem'
  /** What is behind a per-CPU pointer, on one CPU. */
  | 'percpu'
  | 'btf'
  /** Memory of the size that was asked for, or of its type's. */
  | 'mem'
  /** A pointer to no type: a number to the program. */
  | 'void_pointer'
  | 'unsupported'

/** What is in r0 afterwards. */
export interface Result {
  readonly kind: ResultKind
  /** It may be NULL. */
  readonly nullable: boolean
  readonly rdonly: boolean
  readonly trusted: boolean
  /** The number is at most the size that was asked for. */
  readonly bounded: boolean
  /** All that the number can be, where that is less than 64 bits hold. */
  readonly range: ReturnRange | undefined
  /** The struct pointed to, or the type of the memory. */
  readonly type: TypeRef | undefined
  /** Bytes of the memory, where neither its type nor an argument says it. */
  readonly size: number | undefined
}

const anyResult: Omit<Result, 'kind'> = {
  nullable: false,
  rdonly: false,
  trusted: false,
  bounded: false,
  range: undefined,
  type: undefined,
  size: undefined,
}

export const result = (kind: ResultKind, said: Partial<Result> = {}): Result => ({ kind, ...anyResult, ...said })

/** What a call does besides taking arguments and returning something. */
export interface Effects {
  /** The result is a reference that must be given back. */
  readonly acquires: boolean
  /** A reference ends: that of this argument, or of whichever holds one (kfuncs up to 7.1). */
  readonly releases: number | 'referenced' | undefined
  /** The object of this argument goes into a list or tree; the program keeps it borrowed. */
  readonly lends: number | undefined
  /** The result is borrowed from a list or tree. */
  readonly borrows: boolean
  /** The result is the argument as another type: both stand on one reference. */
  readonly casts: boolean
  /** Packet data may lie elsewhere: pointers into it are void. */
  readonly movesPacket: boolean
  /** Elements of the map change. */
  readonly changesMap: boolean
  /** May sleep, so it needs a caller that may, outside every section that forbids it. */
  readonly sleeps: boolean
  /** Does not return; of a global function: may not. */
  readonly throws: boolean
  /** The path goes on twice: as it went well, and with an errno. */
  readonly mayFail: boolean
  /** May be called while a lock is held. */
  readonly underLock: boolean
  /** Only in an RCU section; what it returns lives as long. */
  readonly needsRcu: boolean
  readonly opens: SectionKind | undefined
  readonly closes: SectionKind | undefined
  /** The function of the program that it calls, or has called later. */
  readonly calls: CallbackContract | undefined
  readonly iterator: 'new' | 'next' | 'destroy' | undefined
  readonly makesDynptr: DynptrType | undefined
  readonly endsDynptr: DynptrType | undefined
  /** Leaves r1 to r5 alone but for its arguments, by instructions that the kernel puts in its place. */
  readonly fastcall: boolean
  /** Only in programs that are loaded for one device. */
  readonly deviceBound: boolean
}

const noEffects: Effects = {
  acquires: false,
  releases: undefined,
  lends: undefined,
  borrows: false,
  casts: false,
  movesPacket: false,
  changesMap: false,
  sleeps: false,
  throws: false,
  mayFail: false,
  underLock: false,
  needsRcu: false,
  opens: undefined,
  closes: undefined,
  calls: undefined,
  iterator: undefined,
  makesDynptr: undefined,
  endsDynptr: undefined,
  fastcall: false,
  deviceBound: false,
}

export const effectsWith = (said: Partial<Effects> = {}): Effects => ({ ...noEffects, ...said })

/** Helpers that have a rule of their own somewhere; the others are all that their rows say. */
export type HelperRole =
  | 'map_lookup_elem'
  | 'get_smp_processor_id'
  | 'tail_call'
  | 'get_local_storage'
  | 'sk_release'
  | 'spin_lock'
  | 'spin_unlock'
  | 'for_each_map_elem'
  | 'snprintf'
  | 'timer_set_callback'
  | 'get_func_ip'
  | 'find_vma'
  | 'loop'
  | 'get_retval'
  | 'set_retval'
  | 'kptr_xchg'
  | 'dynptr_from_mem'
  | 'dynptr_write'
  | 'dynptr_data'
  | 'user_ringbuf_drain'

interface Common {
  readonly name: string
  readonly args: readonly Argument[]
  readonly result: Result
  readonly effects: Effects
}

export interface HelperContract extends Common {
  readonly kind: 'helper'
  readonly id: number
  /** What the verifier knows it as. */
  readonly role: HelperRole | undefined
  readonly proto: HelperProto
}

/** What a kfunc's pointers must be worth: anything, valid in this RCU section at least, or trusted. */
export type Trust = 'any' | 'rcu' | 'trusted'

export interface KfuncContract extends Common {
  readonly kind: 'kfunc'
  readonly role: SpecialRole | undefined
  readonly kfunc: Kfunc
  readonly trust: Trust
  /** What is declared, argument by argument. */
  readonly params: readonly KfuncArgument[]
}

/** A kfunc's parameter as its BTF has it. */
export interface KfuncArgument {
  readonly param: KfuncParam
  readonly type: BtfType
  /** What a pointer points at. */
  readonly target: BtfType
  readonly targetId: BtfId
}

/** A function of the program that is verified on its own: callers rely on its types. */
export interface GlobalContract extends Common {
  readonly kind: 'global'
  readonly role: undefined
}

/** A function of the program that the kernel calls: its arguments are what the kernel gives, its result what the kernel takes. */
export interface CallbackContract extends Common {
  readonly kind: 'callback'
  readonly role: CallbackRole
  /** Within the call, or some time after it. */
  readonly when: 'now' | 'later'
}

export type CallbackRole =
  | 'for_each_map_elem'
  | 'timer'
  | 'find_vma'
  | 'loop'
  | 'user_ringbuf'
  | 'rbtree'
  | 'wq'
  | 'task_work'

export type Contract = HelperContract | KfuncContract | GlobalContract | CallbackContract
