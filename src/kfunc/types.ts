// SPDX-License-Identifier: Apache-2.0
import type { Btf, BtfId } from '../btf/index.ts'
import type { FilteredCall, FilterSubject } from './filters.ts'
import type { KfuncFlag } from './flags.ts'
import type { Partner } from './partners.ts'

export interface KfuncParam {
  /** With its suffix: `mem__sz`. */
  readonly name: string
  readonly type: BtfId
  /** Suffix annotations of this parameter without the underscores: 'sz' 'szk' 'k' 'uninit' 'opt' 'str' 'ign' 'map' 'alloc' 'refcounted_kptr' 'nullable' 'iter' 'irq_flag' 'const_map' 'arena' 'nonown_allowed' … The table is suffixes.ts. */
  readonly suffixes: readonly string[]
}

export interface KfuncDeprecation {
  readonly since?: string
  readonly removal?: string
  readonly replacement?: string
  readonly note?: string
}

/**
 * What a kfunc of one's own does, in TypeScript. It is given what the prototype says (docs/runtime.md): numbers, BigInts for 64 bits,
 * text, bytes, host objects for structs that kfuncs of the module hand out; null for NULL.
 */
// biome-ignore lint/suspicious/noExplicitAny: what the parameters are stands in the C text, which no type of ours reads
export type KfuncBody = (...args: any[]) => unknown

/** A kernel function that programs may call. */
export interface Kfunc {
  readonly name: string
  readonly btf: Btf
  /** The BTF_KIND_FUNC. */
  readonly btfId: BtfId
  readonly params: readonly KfuncParam[]
  readonly ret: BtfId
  readonly flags: ReadonlySet<KfuncFlag>
  /** undefined: vmlinux */
  readonly module: string | undefined
  /** One per (set, hook) that registers it. `types`: program types ('BPF_PROG_TYPE_XDP'), or 'fmodret' / 'common' for every type. */
  readonly registrations: readonly KfuncRegistration[]
  readonly deprecated: KfuncDeprecation | undefined
  /** The other half, where the kfunc's module says it by its types: what gives back the struct that this one acquires. */
  readonly partner?: Partner
  /** What it does, where a module of one's own says so. */
  readonly body?: KfuncBody
}

export interface KfuncRegistration {
  readonly set: string
  readonly types: readonly string[]
  /** The kernel's table it goes into (hooks.ts); undefined where that is not known. */
  readonly hook?: string | undefined
  /** Flags it has there; the kernel keeps them per set, and a few kfuncs differ. Absent: the kfunc's own. */
  readonly flags?: ReadonlySet<KfuncFlag>
  /** Name of the filter that further narrows callers; its rule is in filters.ts. */
  readonly filter?: string
  /** The filter itself, where a module of one's own brings it (module/). */
  readonly allows?: (program: FilterSubject, call: FilteredCall) => boolean
}

/** Destructor of an object type held in a map: registered per struct. kfuncs.rst has it under "registering". */
export interface Destructor {
  readonly struct: BtfId
  readonly btf: Btf
  readonly kfunc: string
  /** What it does, where a module of one's own says so. */
  readonly body?: KfuncBody
}
