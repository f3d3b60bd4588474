// SPDX-License-Identifier: Apache-2.0
// A module of kfuncs of one's own: what its author writes (ModuleDefinition) and what it comes to (KfuncModule).
import type { Btf } from '../../btf/index.ts'
import type { CReader, CType, CUnit, KernelDoc } from '../../cdecl/index.ts'
import type { Fault, Place } from '../../fault/index.ts'
import type { AttachTypeName, ProgTypeName } from '../../uapi/index.ts'
import type { FilterSubject } from '../filters.ts'
import type { KfuncFlag } from '../flags.ts'
import type { Destructor, Kfunc, KfuncBody, KfuncDeprecation } from '../types.ts'

/** Who may call, beyond the program type: every list that is there must contain the caller's; or a function that decides. */
export type ModuleFilter =
  | ((program: FilterSubject) => boolean)
  | {
      readonly types?: readonly ProgTypeName[]
      readonly attachTypes?: readonly AttachTypeName[]
      /** Names of the struct_ops structs. */
      readonly structOps?: readonly string[]
    }

export interface ModuleRegistration {
  /** 'BPF_PROG_TYPE_XDP' …; 'BPF_PROG_TYPE_UNSPEC' is every type. */
  readonly types: readonly ProgTypeName[]
  readonly kfuncs: readonly string[]
  /** A name in `filters`, or of one of the kernel's own filters. */
  readonly filter?: string
  /** Name of the set; made up from the module's name where it is left out. */
  readonly set?: string
}

/** Flags as C writes them: 'KF_ACQUIRE | KF_RET_NULL'. Read at definition; the type names single ones for editors' sake. */
export type FlagsText = KfuncFlag | (string & {})

/** What a member of a struct_ops struct asks of the program that implements it. */
export interface StructOpsMember {
  /** Programs in a sleepable section (struct_ops.s) may implement it; else none that may sleep. */
  readonly sleepable?: boolean
  /** It is not registered without a program for it. */
  readonly required?: boolean
  /** Those of the module's kfuncs that may be called from here; all that are registered for struct_ops where it is left out. */
  readonly kfuncs?: readonly string[]
}

/** By the members' names; gone through, never asked by a name. */
export type StructOpsMembers = Readonly<Record<string, StructOpsMember>>

export type StructOpsWrites = Readonly<Record<string, readonly string[] | '*'>>

/** Functions that programs implement: a struct of function pointers in the C text (docs/modules.md, "Hooks of your own"). */
export interface StructOpsDefinition {
  readonly members?: StructOpsMembers
  /** Helpers of its programs: the kernel's base set, or none. */
  readonly helpers?: 'base' | 'none'
  /** Fields that programs may write, by struct; '*': all of it. */
  readonly writes?: StructOpsWrites
  /** Called when a struct of programs is registered, with its operations; a negative number refuses. */
  readonly reg?: (operations: never) => unknown
  /** Called when it is registered no more. */
  readonly unreg?: (operations: never) => unknown
  /** Called when one takes another's place; without it none may. */
  readonly update?: (operations: never, old: never) => unknown
}

/** What `defineModule` takes. Everything but `filters` given as functions can be written as JSON. */
export interface ModuleDefinition {
  readonly name: string
  /** C text: structs, typedefs, prototypes (or definitions, whose bodies are not read) with annotated parameter names. */
  readonly c: string
  /** What places call the C text; the module's name and `.c` where it is left out. */
  readonly file?: string
  /**
   * Flags by kfunc: a list, or as BTF_ID_FLAGS has them ('KF_ACQUIRE | KF_RET_NULL'). They may stand in the C text instead,
   * between BTF_KFUNCS_START and BTF_KFUNCS_END.
   */
  readonly flags?: Readonly<Record<string, FlagsText | readonly KfuncFlag[]>>
  /** By program type, or a list of registrations. */
  readonly register: Readonly<Partial<Record<ProgTypeName, readonly string[]>>> | readonly ModuleRegistration[]
  readonly filters?: Readonly<Record<string, ModuleFilter>>
  /** Destructor function by struct name. */
  readonly dtors?: Readonly<Record<string, string>>
  /** Struct that stands for another: `{ 'conn___init': 'conn' }` is a no-cast alias, other names a C-equivalent type. */
  readonly aliases?: Readonly<Record<string, string>>
  /** Structs of functions that programs implement, by name. */
  readonly structOps?: Readonly<Record<string, StructOpsDefinition>>
  readonly deprecated?: Readonly<Record<string, KfuncDeprecation>>
  /** What each kfunc (and destructor) does when a program that calls it runs on a machine: docs/runtime.md, "Kfuncs of your own". */
  readonly bodies?: Readonly<Record<string, KfuncBody>>
}

export interface DefineOptions {
  /** BTF that the C text may take types from, so that what it says of them is checked at definition. */
  readonly base?: Btf
  /** A reader that `loadC` gave; by default it is loaded here. */
  readonly reader?: CReader
}

/** One function of the module's C text that is registered as a kfunc. */
export interface DeclaredKfunc {
  readonly name: string
  readonly place: Place
  readonly params: readonly DeclaredParam[]
  readonly variadic: boolean
  readonly ret: CType
  readonly flags: ReadonlySet<string>
  readonly registrations: readonly ModuleRegistration[]
  readonly deprecated: KfuncDeprecation | undefined
  readonly doc: KernelDoc | undefined
}
export interface DeclaredParam {
  readonly name: string
  readonly type: CType
  readonly suffixes: readonly string[]
  readonly place: Place
}

/** A module that keeps every rule. It belongs to no kernel yet: `linkModule` gives its types and kfuncs over one. */
export interface KfuncModule {
  readonly name: string
  /** What it was defined from, as it was read. */
  readonly definition: ModuleDefinition
  readonly unit: CUnit
  readonly kfuncs: ReadonlyMap<string, DeclaredKfunc>
  readonly registrations: readonly ModuleRegistration[]
  readonly filters: ReadonlyMap<string, (program: FilterSubject) => boolean>
  readonly dtors: ReadonlyMap<string, string>
  readonly aliases: ReadonlyMap<string, string>
  readonly structOps: ReadonlyMap<string, StructOpsDefinition>
  /** What keeps the rules but is hardly meant: an acquire that nothing releases, a struct without a destructor, a kfunc without a body. */
  readonly warnings: readonly RuleViolation[]
  readonly bodies: ReadonlyMap<string, KfuncBody>
}

/** The module over one kernel's types, or over none. */
export interface LinkedModule {
  readonly btf: Btf
  readonly kfuncs: readonly Kfunc[]
  readonly destructors: readonly Destructor[]
  readonly structOps: ReadonlyMap<string, StructOpsDefinition>
}

/** A declaration that breaks a rule of kfuncs.rst. */
export interface RuleViolation {
  /** The rule's name: 'void-pointer-needs-size'. */
  readonly rule: string
  /** What the document (or the kernel, where the document is silent) says, and where. */
  readonly sentence: string
  readonly source: string
  readonly fault: Fault
}
