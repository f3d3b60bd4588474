// SPDX-License-Identifier: Apache-2.0
// A load or store as an insn asks for it.

interface Reach {
  /** The register that points there. */
  readonly base: number
  readonly off: number
  readonly size: number
  /** Part of an atomic insn: always aligned, and nothing for fields that have a meaning. */
  readonly atomic: boolean
}

export interface Load extends Reach {
  readonly write: false
  /** The sign is extended. */
  readonly signed: boolean
}

export interface Store extends Reach {
  readonly write: true
  readonly stored: Stored
}

export type Access = Load | Store

/** What a store leaves: the value of a register, an immediate, or, of an atomic or a call, what nobody knows. */
export type Stored =
  | { readonly kind: 'reg'; readonly number: number }
  | { readonly kind: 'imm'; readonly imm: number }
  | { readonly kind: 'unknown' }

export const storedUnknown: Stored = { kind: 'unknown' }
const registers: readonly Stored[] = Array.from({ length: 11 }, (_, number) => ({ kind: 'reg', number }))
export const storedReg = (number: number): Stored => registers[number]!

export const extendsSign = (a: Access): boolean => !a.write && a.signed
