// SPDX-License-Identifier: Apache-2.0
// C as declarations: what parseC gives. Types are C's own, unresolved: a typedef name stays a name, `struct x` stays a
// tag until somebody (to-btf.ts, a kernel's BTF) says what it is. Every node that a reader may want to point at has a Place.
import type { Fault, Place } from '../fault/index.ts'

export type CType =
  | { readonly kind: 'void' }
  /** A built-in arithmetic type by its canonical spelling: 'int', 'unsigned long', '_Bool', 'char', 'float' … */
  | { readonly kind: 'base'; readonly name: string }
  /** A typedef's name: `u32`, `pid_t`. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'record'; readonly tag: 'struct' | 'union'; readonly name: string; readonly definition?: CRecord }
  | { readonly kind: 'enum'; readonly name: string; readonly definition?: CEnum }
  | { readonly kind: 'pointer'; readonly to: CType }
  /** `count` is undefined for `[]`. */
  | { readonly kind: 'array'; readonly of: CType; readonly count: number | undefined }
  | {
      readonly kind: 'function'
      readonly ret: CType
      readonly params: readonly CParam[]
      readonly variadic: boolean
    }
  | { readonly kind: 'qualified'; readonly qualifier: 'const' | 'volatile' | 'restrict'; readonly of: CType }
  /** What `__rcu`, `__user`, `__kptr` … put on the type that a pointer points to. */
  | { readonly kind: 'tagged'; readonly tag: string; readonly of: CType }

export interface CParam {
  /** '' where the prototype leaves it out. */
  readonly name: string
  readonly type: CType
  readonly place: Place
}

export interface CMember {
  /** '' for an anonymous struct or union member, or an unnamed bitfield. */
  readonly name: string
  readonly type: CType
  /** Width of a bitfield; undefined where the member is not one. */
  readonly bits: number | undefined
  /** From `__attribute__((aligned(N)))`; 0 where none. */
  readonly align: number
  readonly place: Place
}

export interface CRecord {
  readonly tag: 'struct' | 'union'
  readonly name: string
  readonly members: readonly CMember[]
  readonly packed: boolean
  /** From `__attribute__((aligned(N)))`; 0 where none. */
  readonly align: number
  readonly place: Place
}

export interface CEnum {
  readonly name: string
  readonly values: readonly { readonly name: string; readonly value: bigint; readonly place: Place }[]
  /** `__attribute__((packed))`: as small as its values allow. */
  readonly packed: boolean
  readonly place: Place
}

/** A macro that stands where C has a declaration, an attribute or a statement: `BTF_KFUNCS_START(set)`, `SEC("xdp")`, `__weak`. */
export interface CMacro {
  readonly name: string
  /** Text of each argument; undefined where the macro has no parentheses. */
  readonly args: readonly string[] | undefined
  readonly place: Place
  /** Offset in the text, for order and for asking what lies between. */
  readonly start: number
  readonly end: number
  /** Text between the braces that follow, as in `BTF_TYPE_SAFE_RCU(struct x) { … }`. */
  readonly body?: string
}

/** A call, by name, inside a function's body. */
export interface CCall {
  readonly callee: string
  readonly args: readonly string[]
  readonly place: Place
}

interface Declared {
  readonly name: string
  readonly place: Place
  /** Offsets of the whole declaration in the text. */
  readonly start: number
  readonly end: number
  /** 'static' 'extern' 'inline' … as written. */
  readonly storage: readonly string[]
  /** Macros and attributes within it or right before it: '__bpf_kfunc', '__weak', 'SEC', '__attribute__'. */
  readonly attributes: readonly CMacro[]
  /** The comment right before it, where it is a `/** … *​/` one. */
  readonly doc: KernelDoc | undefined
}

export interface CFunction extends Declared {
  readonly kind: 'function'
  readonly type: Extract<CType, { kind: 'function' }>
  /** undefined: a prototype. */
  readonly body: CBody | undefined
}
export interface CBody {
  readonly place: Place
  readonly start: number
  readonly end: number
  readonly calls: readonly CCall[]
}
export interface CVariable extends Declared {
  readonly kind: 'variable'
  readonly type: CType
  readonly initializer: CInitializer | undefined
}
/** An initializer as text, with its designated fields (`.owner = THIS_MODULE`) taken apart one level deep. */
export interface CInitializer {
  readonly text: string
  readonly fields: readonly { readonly name: string; readonly value: string; readonly place: Place }[]
}
export interface CTypedef extends Declared {
  readonly kind: 'typedef'
  readonly type: CType
}
/** A struct, union or enum declared by itself; `type` has the definition, or none where only the tag is announced. */
export interface CTag extends Declared {
  readonly kind: 'tag'
  readonly type: Extract<CType, { kind: 'record' | 'enum' }>
}
export type CDeclaration = CFunction | CVariable | CTypedef | CTag

/** `#include`, `#define` and the rest, by name without the `#`. */
export interface CDirective {
  readonly name: string
  readonly text: string
  readonly place: Place
}

export interface CComment {
  /** Without the comment marks of its two ends. */
  readonly text: string
  /** Opened by `/**`. */
  readonly doc: boolean
  readonly place: Place
  readonly start: number
  readonly end: number
}

/** A kernel-doc comment. Documentation/doc-guide/kernel-doc.rst. */
export interface KernelDoc {
  /** The name its first line gives: `bpf_task_acquire`. */
  readonly name: string | undefined
  /** Without the words 'struct', 'enum', 'typedef', after the dash. */
  readonly summary: string
  readonly params: readonly { readonly name: string; readonly text: string; readonly place: Place }[]
  /** `Return:` or `Returns:` */
  readonly returns: string | undefined
  /** A `Deprecated:` section, or the first paragraph that speaks of deprecation. */
  readonly deprecated: string | undefined
  readonly description: string
  /** Other `Name:` sections, `Context:` among them. */
  readonly sections: readonly { readonly name: string; readonly text: string }[]
  readonly place: Place
}

/** One file of C. */
export interface CUnit {
  readonly file: string
  readonly text: string
  readonly declarations: readonly CDeclaration[]
  /** Macros in declaration position, in order; those that are attributes of a declaration are there too. */
  readonly macros: readonly CMacro[]
  readonly directives: readonly CDirective[]
  readonly comments: readonly CComment[]
  /** What could not be read, where `tolerant` was asked for; empty otherwise. */
  readonly problems: readonly Fault[]
  /** The place of an offset in `text`. */
  placeAt(offset: number): Place
}

/** Where the two WebAssembly files come from; by default from the installed packages (Node only). */
export interface LoadCOptions {
  /** web-tree-sitter.wasm */
  readonly runtimeWasm?: Uint8Array | URL
  /** tree-sitter-c.wasm */
  readonly grammarWasm?: Uint8Array | URL
}

/** A piece of a function's body: its text on one line, without comments. Lines count from 1. */
export interface CPiece {
  readonly text: string
  readonly first: number
  readonly last: number
  /** Variables, macros and types that it names; no fields, no functions called. */
  readonly names: ReadonlySet<string>
}

/** One thing that a function decides by: an operand of `&&` and `||` where there are several. */
export interface CCondition extends CPiece {
  /** '<' '==' …; undefined where it is no comparison of two. */
  readonly operator: string | undefined
  readonly right: string | undefined
}

/** A variable's declaration. */
export interface CUnset extends CPiece {
  readonly name: string
}

/** A function of a file as its text has it. */
export interface CFunctionText {
  readonly name: string
  /** Names, '' for one without. */
  readonly params: readonly string[]
  /** What it returns, as far as that can be told without types. */
  readonly returns: 'nothing' | 'pointer' | 'boolean' | 'other'
  readonly first: number
  readonly last: number
  readonly calls: readonly CCall[]
  /** Expressions, declarations, returns; of what holds others the head, `if (…)`. */
  readonly statements: readonly CPiece[]
  readonly conditions: readonly CCondition[]
  /** What makes a number less by a mask or a remainder: `i & 15`, `i %= n`. */
  readonly narrowings: readonly CPiece[]
  /** Local variables that are given a value nowhere, and whose address is not taken. */
  readonly unset: readonly CUnset[]
}

/** A file of C, read for what its functions say (`CReader.source`). */
export interface CSource {
  readonly file: string
  readonly lines: readonly string[]
  readonly functions: readonly CFunctionText[]
}
