// SPDX-License-Identifier: Apache-2.0
import type { Btf, BtfId } from '../btf/index.ts'
import type { Destructor, Kfunc, KfuncRegistration } from '../kfunc/index.ts'
import type { StructOpsKind } from './struct-ops-kinds.ts'

/** Argument and return types of helpers carry the kernel's names: 'ARG_CONST_MAP_PTR', flags joined with '|': 'ARG_PTR_TO_MEM|MEM_RDONLY'. */
export interface HelperProto {
  readonly id: number
  /** 'bpf_map_lookup_elem' */
  readonly name: string
  readonly gplOnly: boolean
  readonly pktAccess: boolean
  readonly mightSleep: boolean
  /** no-spill convention of bpf_fastcall */
  readonly fastcall: boolean
  /** Packet data may lie elsewhere afterwards; a tail call among those, since who knows what it calls. */
  readonly movesPacket: boolean
  /** What it returns is a reference that must be given back. */
  readonly acquires: boolean
  /** It returns its argument as another type of the same object. */
  readonly casts: boolean
  /** Elements of the map that it is given change. */
  readonly changesMap: boolean
  /** May be called while a bpf_spin_lock is held. */
  readonly underLock: boolean
  /** The number it returns is at most the size that was asked for. */
  readonly bounded: boolean
  /** Instructions that the kernel puts in its place once the program is verified, at least and at most. */
  readonly insns: readonly [least: number, most: number]
  readonly ret: string
  /** BTF struct name the returned pointer has, for RET_PTR_TO_BTF_ID* */
  readonly retBtf?: string
  readonly args: readonly HelperArg[]
}
export interface HelperArg {
  readonly type: string
  /** struct name expected, for ARG_PTR_TO_BTF_ID* */
  readonly btf?: string
  /** bytes, for ARG_PTR_TO_FIXED_SIZE_MEM */
  readonly size?: number
}

export type HelperAnswer =
  | { readonly ok: true; readonly proto: HelperProto }
  | {
      readonly ok: false
      /** hook: programs of its type may call it, not where this one stands */
      readonly why: 'unknown' | 'not_allowed' | 'hook' | 'gpl' | 'unsupported'
      /** the kernel's log line, where it has one */
      readonly message?: string
    }

/** What of a program decides which helpers, kfuncs and context fields it may use. */
export interface ProgramTraits {
  readonly type: string
  readonly attachType: string | undefined
  readonly sleepable: boolean
  readonly gpl: boolean
  readonly attachName: string | undefined
  readonly attachBtfId: number | undefined
  /** struct_ops: 'tcp_congestion_ops' and member name */
  readonly structOps?: { readonly typeName: string; readonly member: string } | undefined
  /** Where `attachBtfId` points: vmlinux's types, a module's, or another program's. */
  readonly attachBtf?: Btf | undefined
  /** The program this one attaches to (freplace; fentry and fexit of a BPF program). */
  readonly target?: { readonly type: string; readonly attachType: string | undefined } | undefined
  /** Loaded without CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN. */
  readonly unprivileged?: boolean
}

/** Bytes that are read or written. */
export interface BytesAccess {
  readonly off: number
  readonly size: number
  readonly write: boolean
}
/** The same of a program's context. */
export interface CtxAccess extends BytesAccess {
  /** By a sign-extending load. */
  readonly signed?: boolean | undefined
}

export type CtxAnswer =
  | {
      readonly ok: true
      readonly kind: 'scalar'
      readonly narrow: boolean
      /** what it can be, where less than its size allows: an LSM hook's return value, as signed 32 bits */
      readonly range?: { readonly min: number; readonly max: number }
      /** lines the kernel logs and goes on */
      readonly log?: readonly string[]
    }
  /** a pointer: `reg` is the reg type's name ('PTR_TO_PACKET', 'PTR_TO_PACKET_END', 'PTR_TO_PACKET_META', 'PTR_TO_SOCK_COMMON|PTR_MAYBE_NULL', 'PTR_TO_BTF_ID|PTR_TRUSTED' …) */
  | {
      readonly ok: true
      readonly kind: 'pointer'
      readonly reg: string
      readonly btf?: Btf
      readonly btfId?: BtfId
      readonly memSize?: number
      /** A reference the program holds from its start (`__ref`), told apart by this number. */
      readonly reference?: number
      readonly log?: readonly string[]
    }
  /** `message`: what the kernel logs besides its usual 'invalid bpf_context access off=%d size=%d', or instead where `instead` */
  | { readonly ok: false; readonly message?: string; readonly instead?: boolean; readonly unsupported?: string }

/** One kernel, as a value: two can be open at once. */
export interface Kernel {
  readonly release: string
  readonly btf: Btf
  readonly modules: readonly Btf[]
  /** Every kfunc by name; a module's shadows none of vmlinux's. */
  readonly kfuncs: ReadonlyMap<string, Kfunc>
  /** A kfunc by where the program's call points. */
  kfuncById(btf: Btf, id: BtfId): Kfunc | undefined
  /** May this kind of program call it? Sets, registration and filters together. */
  kfuncAllowed(kfunc: Kfunc, program: ProgramTraits): boolean
  /** The registration that lets the program call it, with the flags and the set; undefined where none does. */
  registrationFor(kfunc: Kfunc, program: ProgramTraits): KfuncRegistration | undefined
  readonly destructors: readonly Destructor[]
  /** What is missing or doubtful about this kernel's description, by name: a BTF without kfunc tags, an unknown kfunc set … */
  readonly notes: readonly string[]
  /** BTF func ids that fmod_ret/fentry.s … may sleep at, error injection list, and the like. Names of functions. */
  readonly sleepableHooks: ReadonlySet<string>
  /** May a sleepable program of this type attach to the function? ('… is not sleepable' otherwise.) LSM: 'bpf_lsm_' names. */
  sleepableAt(type: string, name: string): boolean
  /** May fmod_ret change what this function returns? ('…() is not modifiable' otherwise.) */
  modifiable(name: string): boolean
  /** What is known of a kind of struct_ops: the kernel's, or a module's of one's own. Undefined where nothing is. */
  structOps(name: string): StructOpsKind | undefined
  /** Another named set of the kernel: 'bpf_lsm_hooks', 'bpf_lsm_disabled_hooks', 'untrusted_lsm_hooks', 'bool_lsm_hooks', 'btf_id_deny', 'noreturn_deny', 'rcu_protected_types', 'btf_allowlist_d_path' … Empty where unknown. */
  functionSet(name: string): ReadonlySet<string>
  helper(id: number, program: ProgramTraits): HelperAnswer
  helperName(id: number): string | undefined
  /** A read or write of the program's context at a constant offset; `signed`: by a sign-extending load. */
  ctxAccess(program: ProgramTraits, access: CtxAccess): CtxAnswer
  /** Named feature gates (DESIGN.md "Which kernels"); rules ask a gate, never a version. */
  gate(name: string): boolean
  /** BTF_TYPE_SAFE_TRUSTED / _RCU / _RCU_OR_NULL: is field `field` of struct `struct` safe to walk through? */
  safePointer(
    table: 'trusted' | 'rcu' | 'rcu_or_null' | 'trusted_or_null',
    struct: string,
    field: string,
    fieldType?: BtfId,
  ): boolean
  /** Values of CONFIG_* for .kconfig externs. */
  config(name: string): string | undefined
  /** Whose values those are, where this kernel's own are not known: the release of a kernel like it, or 'unknown'. */
  readonly configOf?: string | undefined
}
