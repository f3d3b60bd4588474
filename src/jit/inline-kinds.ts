// SPDX-License-Identifier: Apache-2.0
// Calls that have a few instructions in their place, and what those touch.

export type Inline =
  /** r2 leads to an index of 32 bits; r0 is where that element lies, 0 where there is none. */
  | { readonly kind: 'array-lookup'; readonly first: number; readonly stride: number; readonly count: number }
  /** r1 leads to two numbers of 32 bits, the last that was given and the end: from r2 up to below r3; r0 is 0 or an error. */
  | { readonly kind: 'iter-num-new' }
  /** r0 is r1 where there is a next, which is kept, else 0. */
  | { readonly kind: 'iter-num-next' }
  | { readonly kind: 'iter-num-destroy' }
  /** r2 is how many bytes are wanted of a ring of records, r3 flags, of which there are none; r0 is where they lie, or 0. */
  | ({ readonly kind: 'ring-reserve' } & Ring)
  /** r1 leads to a record. */
  | { readonly kind: 'ring-submit' }
  /**
   * r1 times at the most the function of the program that begins at `target` is called, with the round and r3, until it answers not 0; r0 is
   * how often it was. r4 are flags, of which there are none.
   */
  | { readonly kind: 'rounds'; readonly target: number }

/**
 * A ring of records: before each its length in 32 bits, `busy` set until it is submitted, `discarded` where nobody is to read it, and `owner`,
 * together 8 bytes.
 */
export interface Ring {
  readonly ring: number
  /** Bytes, a power of two. */
  readonly size: number
  /**
   * Addresses of positions, of 64 bits, that only grow: of the next record, who reads, one before which none is busy, and one that the next
   * record may not reach, which the two before lead to when it is needed.
   */
  readonly producer: number
  readonly consumer: number
  readonly pending: number
  readonly limit: number
  readonly owner: number
  readonly busy: number
  readonly discarded: number
  /** Bytes of the longest record. */
  readonly most: number
}

/** What it touches of a program's stack, all through one register (R0: nothing); `answers`: r0 is that register, or 0. */
export interface Touches {
  readonly register: number
  readonly parts: readonly { readonly off: number; readonly size: 4 }[]
  readonly answers: boolean
}

const iterator = [
  { off: 0, size: 4 },
  { off: 4, size: 4 },
] as const
export const inlineTouches: Readonly<Record<Inline['kind'], Touches>> = {
  'array-lookup': { register: 2, parts: [{ off: 0, size: 4 }], answers: false },
  'iter-num-new': { register: 1, parts: iterator, answers: false },
  'iter-num-next': { register: 1, parts: iterator, answers: true },
  'iter-num-destroy': { register: 1, parts: iterator, answers: false },
  'ring-reserve': { register: 0, parts: [], answers: false },
  'ring-submit': { register: 0, parts: [], answers: false },
  rounds: { register: 0, parts: [], answers: false },
}
