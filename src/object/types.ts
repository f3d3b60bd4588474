// SPDX-License-Identifier: Apache-2.0
import type { Btf, BtfExt, BtfId } from '../btf/index.ts'
import type { CSource } from '../cdecl/index.ts'
import type { Budget } from '../fault/index.ts'
import type { Insn } from '../isa/index.ts'
import type { Destructor } from '../kfunc/index.ts'
import type { Place } from '../fault/index.ts'
import type { ProgTypeName } from '../uapi/index.ts'
import type { LinkGate } from './link-gates.ts'
import type { LoaderName } from './loaders.ts'

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
  /** Of an arena, once it is linked: where in it they lie, if not at its begin. */
  readonly dataOffset?: number
  readonly frozen: boolean
  readonly pinned: boolean
  /** 'data' | 'rodata' | 'bss' | 'percpu' | 'kconfig' for internal maps */
  readonly internal?: string
  /** The name the kernel gets: at most 15 characters, others than letters, digits, '_' and '.' made '_'. */
  readonly kernelName: string
  /** Section it stands in, and where: how relocations find it. '' for .kconfig. */
  readonly section: string
  readonly offset: number
  /** .rodata, .kconfig … by name of their section: '.rodata.str1.1'. */
  readonly sectionIndex: number
  readonly numaNode?: number
  /** `values = { … }` of map-in-map and prog-array maps: slot → name of map or program. */
  readonly slots?: ReadonlyMap<number, string>
  /** insn_array: by entry, the instruction that it leads to. */
  readonly targets?: readonly number[]
  /** false: SEC("?.struct_ops"), not made unless asked for. */
  readonly autocreate: boolean
}

/** A function of the object: an entry program, or (in .text) a subprogram. */
export interface ObjectFunction {
  readonly name: string
  readonly section: string
  readonly sectionIndex: number
  /** First instruction, in its section. */
  readonly start: number
  readonly insns: readonly Insn[]
  readonly subprog: boolean
  /** global or weak in the ELF symbol table */
  readonly global: boolean
  /** global but hidden or internal: verified as if static */
  readonly hidden: boolean
  /** By instruction, relative to `start`. */
  readonly relocs: ReadonlyMap<number, Reloc>
}

/** An entry program, as its section name tells it. */
export interface ObjectProgram {
  readonly name: string
  /** Without the '?' of sections that do not load by themselves. */
  readonly section: string
  /** 'BPF_PROG_TYPE_XDP' …; undefined: the section's name means nothing to libbpf. */
  readonly type: ProgTypeName | undefined
  readonly attachType: string | undefined
  readonly sleepable: boolean
  readonly autoload: boolean
  /** What its loader attaches it to, as bpf_program__set_attach_target() says; else the section's name tells. */
  readonly target?: string
  readonly fn: ObjectFunction
}

/** One ELF relocation of code, resolved to what it means. */
export type Reloc =
  | { readonly kind: 'extern_call' | 'extern_load'; readonly extern: number }
  | { readonly kind: 'call' | 'func_addr'; readonly section: number; readonly offset: number }
  | { readonly kind: 'map'; readonly map: number }
  | { readonly kind: 'data'; readonly map: number; readonly offset: number }
  | { readonly kind: 'jump_table'; readonly offset: number; readonly size: number }

/** What loaders before that of kernel `since` say of something in the object. */
export interface LaterFault {
  readonly since: string
  readonly what: string
  readonly place: Place
}

export type KconfigType = 'bool' | 'char' | 'int' | 'tristate' | 'chars'

/** A symbol the object expects of the kernel: a .kconfig value, a variable or function of .ksyms. */
export interface Extern {
  readonly name: string
  readonly weak: boolean
  readonly symbol: number
  /** VAR or FUNC in the object's BTF. */
  readonly btfId: BtfId
  readonly kind: 'kconfig' | 'ksym_var' | 'ksym_func' | 'ksym_untyped'
  /** ksym: type behind modifiers and typedefs (a func's prototype). */
  readonly typeId: BtfId
  /** kconfig: where in the .kconfig map */
  readonly offset: number
  readonly size: number
  readonly align: number
  readonly signed: boolean
  readonly config: KconfigType | undefined
}

/** A variable in a .struct_ops section: which programs its members name. */
export interface StructOpsDef {
  /** index in `maps` */
  readonly map: number
  readonly typeName: string
  readonly typeId: BtfId
  readonly data: Uint8Array
  /** member index in the object's struct → index in `functions` */
  readonly members: ReadonlyMap<number, number>
}

/** A BPF object file, opened. */
export interface BpfObject {
  readonly name: string
  /** Who read it, and hands it to the kernel. */
  readonly loader: LoaderName
  readonly littleEndian: boolean
  readonly license: string
  readonly programs: readonly ObjectProgram[]
  /** Entry programs and subprograms, by section and place in it. */
  readonly functions: readonly ObjectFunction[]
  readonly maps: readonly MapDef[]
  readonly externs: readonly Extern[]
  /** Values that .kconfig externs are given whatever the kernel's configuration says, by name. */
  readonly kconfig?: ReadonlyMap<string, string>
  /** Contents of .jumptables. */
  readonly jumpTables: Uint8Array | undefined
  /** What older loaders refuse the object for. */
  readonly later: readonly LaterFault[]
  readonly structOps: readonly StructOpsDef[]
  /** With libbpf's fix-ups: section sizes and offsets, linkage of hidden functions. */
  readonly btf: Btf | undefined
  readonly ext: BtfExt | undefined
  /** "exception_callback:NAME" declaration tags and what they are on. */
  readonly exceptionTags: readonly { readonly tag: string; readonly target: BtfId }[]
  readonly warnings: readonly string[]
}

/** The kernel to link to. The Kernel of the kernel floor is one. */
export interface LinkTarget {
  readonly btf: Btf
  readonly modules: readonly Btf[]
  /** What of its structs a map can own. */
  readonly destructors: readonly Destructor[]
  config(name: string): string | undefined
  /** Whose values those are, where this kernel's own are not known: the release of a kernel like it, or 'unknown'. */
  readonly configOf?: string | undefined
  /** '6.12.0': LINUX_KERNEL_VERSION. */
  readonly release?: string
  /** Its rules, by the name of the gate. */
  gate?(name: LinkGate): boolean
  /** Address of a kernel symbol (/proc/kallsyms). Where absent, strong symbols are taken to exist and weak ones not to. */
  ksymAddress?(name: string): bigint | undefined
  /** Where a symbol lies that is taken to exist, without ksymAddress; somewhere unless told. */
  placeOf?(name: string): bigint
  /** Types CO-RE relocates to, where not the kernel's (libbpf's btf_custom_path). */
  readonly coreBtf?: Btf
}

export interface OpenOptions {
  /** Who loads the object: libbpf, unless told. */
  readonly loader?: LoaderName | undefined
  /** Read SEC("maps") of structs, as aya, ebpf-go and libbpf before 1.0 do; libbpf 1.5 refuses such objects. */
  readonly legacyMaps?: boolean | undefined
}

export interface LinkOptions {
  /** What linking may cost; where it is used up, a `LimitReached` is thrown. */
  readonly budget?: Budget
  /** Program type for a section that libbpf does not know, or instead of what it says (then neither attach type nor target are the section's). */
  readonly type?: ProgTypeName
  readonly attachType?: string
  /** bpf_program__set_attach_target: what SEC("fentry") without a name, or freplace, attaches to. */
  readonly attach?: AttachTarget
  /** The program, loaded before, of which a freplace program replaces the function that its section or its loader names. */
  readonly attachTo?: LinkedProgram | undefined
}

export interface LineInfo {
  readonly insn: number
  /** Its texts are named beyond the string section. */
  readonly broken?: true
  readonly file: string
  readonly text: string
  readonly line: number
  readonly column: number
  /** More stands in the record than the kernel knows. */
  readonly tail?: true
}
export interface FuncInfo {
  readonly insn: number
  readonly typeId: BtfId
  readonly tail?: true
}

export interface AttachTarget {
  readonly kernel: boolean
  /** BTF (vmlinux, a module's, or another program's) and the id of the func, typedef (tp_btf) or struct_ops struct. */
  readonly btf: Btf
  readonly btfId: BtfId
  readonly name: string
  /** The other program, where it is a function of one. */
  readonly program?: LinkedProgram
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
  | { readonly kind: 'missing'; readonly what: 'kfunc' | 'core' | 'map'; readonly name: string; readonly why?: string }

/** One program, linked to one kernel, ready for the verifier: insns as the kernel would receive them. */
export interface LinkedProgram {
  readonly object: string
  readonly name: string
  readonly section: string
  readonly type: ProgTypeName
  /** 'BPF_TRACE_FENTRY' … ; undefined where none */
  readonly attachType: string | undefined
  readonly sleepable: boolean
  readonly flags: number
  readonly attach: AttachTarget | undefined
  /** What its loader attaches it to, where the section does not say it. */
  readonly target?: string
  /** struct_ops: which member of the ops struct this program implements. */
  readonly structOps?:
    | { readonly mapName: string; readonly typeName: string; readonly member: string; readonly memberIndex: number }
    | undefined
  readonly insns: readonly Insn[]
  readonly refs: ReadonlyMap<number, Ref>
  readonly maps: readonly MapDef[]
  /** What maps have their types from; undefined where the kernel takes none. */
  readonly mapBtf: Btf | undefined
  /** The same, where the program came with records of functions or lines. */
  readonly btf: Btf | undefined
  readonly funcs: readonly FuncInfo[]
  readonly lines: readonly LineInfo[]
  /** Bytes of a record of each, where there are any. */
  readonly recordSizes?: { readonly func: number; readonly line: number }
  readonly license: string
  /** What the loader would print and go on: deprecated section names, unsupported pieces … */
  readonly warnings: readonly string[]
  /** The C that its lines name, where it is at hand: explanations read it. */
  readonly sources?: SourceReader | undefined
}

/** The C of a file, by its path as the object has it; undefined where it is not at hand. */
export type SourceReader = (file: string) => CSource | undefined
