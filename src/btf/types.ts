// SPDX-License-Identifier: Apache-2.0

declare const brand: unique symbol
/** Index into the type section; 0 is `void`. Split BTF continues its base's numbering. btf.rst "Type Encoding". */
export type BtfId = number & { readonly [brand]?: 'BtfId' }

export interface BtfMember {
  readonly name: string
  readonly type: BtfId
  /** Offset from the start of the struct, in bits. */
  readonly bitOffset: number
  /** Width of a bitfield in bits; 0 where the member is not one. */
  readonly bitSize: number
}
export interface BtfParam {
  readonly name: string
  readonly type: BtfId
}

/** Every type has `kind`, `id` and `name` ('' for anonymous). */
export type BtfType =
  | { readonly kind: 'void'; readonly id: 0; readonly name: '' }
  | {
      readonly kind: 'int'
      readonly id: BtfId
      readonly name: string
      readonly size: number
      readonly signed: boolean
      readonly char: boolean
      readonly bool: boolean
      readonly bitOffset: number
      readonly bits: number
    }
  | { readonly kind: 'ptr'; readonly id: BtfId; readonly name: ''; readonly type: BtfId }
  | {
      readonly kind: 'array'
      readonly id: BtfId
      readonly name: ''
      readonly type: BtfId
      readonly index: BtfId
      readonly count: number
    }
  | {
      readonly kind: 'struct' | 'union'
      readonly id: BtfId
      readonly name: string
      readonly size: number
      readonly members: readonly BtfMember[]
    }
  | {
      readonly kind: 'enum' | 'enum64'
      readonly id: BtfId
      readonly name: string
      readonly size: number
      readonly signed: boolean
      readonly values: readonly { readonly name: string; readonly value: bigint }[]
    }
  | { readonly kind: 'fwd'; readonly id: BtfId; readonly name: string; readonly union: boolean }
  | {
      readonly kind: 'typedef' | 'volatile' | 'const' | 'restrict'
      readonly id: BtfId
      readonly name: string
      readonly type: BtfId
    }
  | {
      readonly kind: 'func'
      readonly id: BtfId
      readonly name: string
      readonly type: BtfId
      readonly linkage: 'static' | 'global' | 'extern'
    }
  | {
      readonly kind: 'func_proto'
      readonly id: BtfId
      readonly name: ''
      readonly ret: BtfId /** a trailing `...` is a param with name '' and type 0 */
      readonly params: readonly BtfParam[]
    }
  | {
      readonly kind: 'var'
      readonly id: BtfId
      readonly name: string
      readonly type: BtfId
      readonly linkage: 'static' | 'global' | 'extern'
    }
  | {
      readonly kind: 'datasec'
      readonly id: BtfId
      readonly name: string
      readonly size: number
      readonly entries: readonly { readonly type: BtfId; readonly offset: number; readonly size: number }[]
    }
  | { readonly kind: 'float'; readonly id: BtfId; readonly name: string; readonly size: number }
  | {
      readonly kind: 'decl_tag'
      readonly id: BtfId
      readonly name: string
      readonly type: BtfId /** -1: the whole declaration; else parameter or member index */
      readonly component: number
    }
  | { readonly kind: 'type_tag'; readonly id: BtfId; readonly name: string; readonly type: BtfId }

export type BtfKind = BtfType['kind']

/** A type's first words as they stand: `word`, the size or the type referred to; `extra`, the one behind it (an INT's data, a VAR's linkage). */
export interface BtfHead {
  readonly nameOffset: number
  readonly vlen: number
  readonly flag: boolean
  readonly word: number
  readonly extra: number
  /** Its name, or that of something in it, is given (its offset is not 0) and is none that the kernel takes: it may be empty. */
  readonly badName: boolean
}

/** A BTF type section: parsed lazily, immutable. Built by `parseBtf` or `BtfBuilder`. */
export interface Btf {
  /** 'vmlinux', a module's name, or the object's file name. */
  readonly name: string
  readonly base: Btf | undefined
  /** Ids run from 0 (void) below this, the base's included. */
  readonly count: number
  /** First id of this section's own types (1 where there is no base). */
  readonly firstId: BtfId
  /** The type, decoded at first use. An id out of range throws FaultError. */
  type(id: BtfId): BtfType
  /** Ids of all named types with this name (own first, then base). Indexed at first use. */
  findAll(name: string): readonly BtfId[]
  /** First of these kinds with this name, base included. */
  find(name: string, ...kinds: BtfKind[]): BtfId | undefined
  /** What stands in a type's first words, where the section was read from bytes: decoding leaves out what a kind has no use for. */
  head?(id: BtfId): BtfHead
  /** decl_tags by target type id: [{tag, component}]. Indexed at first use. */
  declTags(id: BtfId): readonly { readonly name: string; readonly component: number }[]
}
