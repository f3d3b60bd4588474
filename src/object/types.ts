// SPDX-License-Identifier: Apache-2.0
import type { Btf, BtfId } from '../btf/index.ts'
import type { Insn } from '../isa/index.ts'

/** A map as the kernel would create it from this object. */
export interface MapDef {
  readonly name: string
  /** 'BPF_MAP_TYPE_ARRAY' … ; number where unknown */
  readonly type: string
  readonly typeId: number
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly flags: number
  readonly mapExtra: bigint
  /** BTF ids in the object's BTF of key and value; 0 where none. */
  readonly keyTypeId: BtfId
  readonly valueTypeId: BtfId
  /** For struct_ops: the kernel struct's name. */
  readonly structOps?: { readonly typeName: string; readonly typeId: BtfId }
  readonly inner?: MapDef
  /** .data .rodata .bss .kconfig and their kin: initial contents; `frozen` and BPF_F_RDONLY_PROG make loads of it constants. */
  readonly data?: Uint8Array
  readonly frozen: boolean
  readonly pinned: boolean
  /** 'data' | 'rodata' | 'bss' | 'kconfig' for internal maps */
  readonly internal?: string
}

export interface LineInfo {
  readonly insn: number
  readonly file: string
  readonly text: string
  readonly line: number
  readonly column: number
}
export interface FuncInfo {
  readonly insn: number
  readonly typeId: BtfId
}

export interface AttachTarget {
  readonly kernel: boolean
  /** BTF (vmlinux, a module's, or another program's) and the id of the func, typedef (tp_btf) or struct_ops struct. */
  readonly btf: Btf
  readonly btfId: BtfId
  readonly name: string
}

/** What an ld_imm64 or call refers to once linked, by insn index. Nothing downstream re-parses relocations. */
export type Ref =
  | { readonly kind: 'map'; readonly map: number } // index in LinkedProgram.maps; src_reg 1
  | { readonly kind: 'map_value'; readonly map: number; readonly offset: number } // src_reg 2
  | { readonly kind: 'ksym_var'; readonly btf: Btf; readonly btfId: BtfId; readonly name: string } // typed ksym: BTF var id; src_reg 3
  | { readonly kind: 'ksym_func'; readonly btf: Btf; readonly btfId: BtfId; readonly name: string } // address of a kfunc, as bpf_ksym_exists takes it
  | { readonly kind: 'func'; readonly insn: number } // subprogram address; src_reg 4
  | { readonly kind: 'subprog'; readonly insn: number } // bpf-to-bpf call target
  | {
      readonly kind: 'kfunc'
      readonly btf: Btf
      readonly btfId: BtfId
      readonly name: string
      readonly module: string | undefined
    }
  | { readonly kind: 'helper'; readonly id: number }
  /** A weak kfunc the kernel lacks, a CO-RE relocation poisoned, a map left out: reaching it is a rejection with libbpf's marker. */
  | { readonly kind: 'missing'; readonly what: 'kfunc' | 'core' | 'map'; readonly name: string }

/** One program, linked to one kernel, ready for the verifier: insns as the kernel would receive them. */
export interface LinkedProgram {
  readonly object: string
  readonly name: string
  readonly section: string
  /** 'BPF_PROG_TYPE_XDP' … */
  readonly type: string
  /** 'BPF_TRACE_FENTRY' … ; undefined where none */
  readonly attachType: string | undefined
  readonly sleepable: boolean
  readonly flags: number
  readonly attach: AttachTarget | undefined
  /** struct_ops: which member of the ops struct this program implements. */
  readonly structOps?:
    | { readonly mapName: string; readonly typeName: string; readonly member: string; readonly memberIndex: number }
    | undefined
  readonly insns: readonly Insn[]
  readonly refs: ReadonlyMap<number, Ref>
  readonly maps: readonly MapDef[]
  readonly btf: Btf | undefined
  readonly funcs: readonly FuncInfo[]
  readonly lines: readonly LineInfo[]
  readonly license: string
  /** What the loader would print and go on: deprecated section names, unsupported pieces … */
  readonly warnings: readonly string[]
}
