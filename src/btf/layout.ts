// SPDX-License-Identifier: Apache-2.0
// The type section is 32-bit words throughout. Each type is three words (name_off, info, size_or_type), then what its kind adds:
//
//   info:  31 kind_flag | 30..24 kind | 23..0 vlen   (before Linux 7 only 28..24 and 15..0 were in use, the rest zero)

import type { BtfKind } from './types.ts'

export interface KindLayout {
  readonly code: number
  readonly kind: BtfKind
  /** Words after the first three: a fixed number, and a number for each of `vlen`. */
  readonly fixed: number
  readonly each: number
  /** Whether word 2 is a type id (else a size or nothing). */
  readonly refers: boolean
}

/** Every kind, btf.rst "Type Encoding" 2.2.1 to 2.2.19, at its own code. */
export const kindTable: readonly KindLayout[] = [
  { code: 0, kind: 'void', fixed: 0, each: 0, refers: false },
  { code: 1, kind: 'int', fixed: 1, each: 0, refers: false },
  { code: 2, kind: 'ptr', fixed: 0, each: 0, refers: true },
  { code: 3, kind: 'array', fixed: 3, each: 0, refers: false },
  { code: 4, kind: 'struct', fixed: 0, each: 3, refers: false },
  { code: 5, kind: 'union', fixed: 0, each: 3, refers: false },
  { code: 6, kind: 'enum', fixed: 0, each: 2, refers: false },
  { code: 7, kind: 'fwd', fixed: 0, each: 0, refers: false },
  { code: 8, kind: 'typedef', fixed: 0, each: 0, refers: true },
  { code: 9, kind: 'volatile', fixed: 0, each: 0, refers: true },
  { code: 10, kind: 'const', fixed: 0, each: 0, refers: true },
  { code: 11, kind: 'restrict', fixed: 0, each: 0, refers: true },
  { code: 12, kind: 'func', fixed: 0, each: 0, refers: true },
  { code: 13, kind: 'func_proto', fixed: 0, each: 2, refers: true },
  { code: 14, kind: 'var', fixed: 1, each: 0, refers: true },
  { code: 15, kind: 'datasec', fixed: 0, each: 3, refers: false },
  { code: 16, kind: 'float', fixed: 0, each: 0, refers: false },
  { code: 17, kind: 'decl_tag', fixed: 1, each: 0, refers: true },
  { code: 18, kind: 'type_tag', fixed: 0, each: 0, refers: true },
  { code: 19, kind: 'enum64', fixed: 0, each: 3, refers: false },
]

/** Kind → code; derived from the table. */
export const kindCode = Object.fromEntries(kindTable.map((row) => [row.kind, row.code])) as Readonly<
  Record<BtfKind, number>
>

export const BTF_MAGIC = 0xeb9f
export const BTF_VERSION = 1
export const HEADER_SIZE = 24

export const kindOf = (info: number): number => (info >>> 24) & 0x7f
export const vlenOf = (info: number): number => info & 0xff_ffff
export const flagOf = (info: number): boolean => info >>> 31 === 1

/** Linkage of a func: its vlen; of a var: its extra word. btf.rst 2.2.12, 2.2.14. */
export const linkages = ['static', 'global', 'extern'] as const
