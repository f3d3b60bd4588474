// SPDX-License-Identifier: Apache-2.0
// Calls that have a few instructions in their place, and what those touch.

export type Inline =
  /** r2 leads to an index of 32 bits; r0 is where that element lies, 0 where there is none. */
  | {
      readonly kind: 'array-lookup'
      readonly first: number
      readonly stride: number
      readonly count: number
      readonly perCpu?: PerCpu | undefined
    }
  /** r2 leads to a key; r0 is where its value lies, 0 where the key is not there. */
  | ({ readonly kind: 'hash-lookup'; readonly perCpu?: PerCpu | undefined } & HashTable)
  /** r0 is the number of 32 bits in memory at `address`. */
  | { readonly kind: 'word'; readonly address: number }
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

/** Each CPU has a value of its own, `stride` bytes behind that of the one before; which CPU this is, 32 bits say that lie at `cell`. */
export interface PerCpu {
  readonly cell: number
  readonly stride: number
}

/** Elements in chains, one for each bucket: a word of it is where the next lies, 0 at the end. */
export interface HashTable {
  readonly keySize: number
  /** Where buckets lie, words as those of elements; a power of two of them. */
  readonly buckets: number
  /** A hash of 32 bits without so many of its lowest is the bucket's number. */
  readonly shift: number
  /** Of keys of 4 and 8 bytes: the upper half of the product with it. */
  readonly factor: bigint
  /** Others begin as this, and each word and byte is mixed in. */
  readonly seed: number
  readonly mix: Readonly<Record<'word' | 'byte' | 'last', { readonly factor: number; readonly shift: number }>>
  /** Where parts of an element lie in it. */
  readonly next: number
  readonly key: number
  readonly value: number
  /**
   * What is found goes to the end of an order: elements lead to the one before and the one after, the first and last to what stands `around`
   * all, which leads to them.
   */
  readonly order?: { readonly around: number; readonly before: number; readonly after: number } | undefined
}

/**
 * A ring of records: 8 bytes before each its length in 32 bits, with `busy` set until it is submitted, `discarded` where nobody is to read it.
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
  readonly busy: number
  readonly discarded: number
  /** Bytes of the longest record. */
  readonly most: number
}

/** What it touches of a program's stack, all through one register (R0: nothing); `answers`: r0 is that register, or 0. */
export interface Touches {
  readonly register: number
  readonly parts: readonly { readonly off: number; readonly size: 4 | 8 }[]
  readonly answers: boolean
}

const iterator = [
  { off: 0, size: 4 },
  { off: 4, size: 4 },
] as const
const nothing: Touches = { register: 0, parts: [], answers: false }
const touches: Readonly<Record<Inline['kind'], Touches>> = {
  'array-lookup': { register: 2, parts: [{ off: 0, size: 4 }], answers: false },
  'hash-lookup': nothing,
  word: nothing,
  'iter-num-new': { register: 1, parts: iterator, answers: false },
  'iter-num-next': { register: 1, parts: iterator, answers: true },
  'iter-num-destroy': { register: 1, parts: iterator, answers: false },
  'ring-reserve': nothing,
  'ring-submit': nothing,
  rounds: nothing,
}
const keys: ReadonlyMap<number, Touches> = new Map(
  ([4, 8] as const).map((size) => [size, { register: 2, parts: [{ off: 0, size }], answers: false }]),
)

/** Other keys than those of 4 and 8 bytes are read where they lie. */
export const touchesOf = (inline: Inline): Touches =>
  (inline.kind === 'hash-lookup' ? keys.get(inline.keySize) : undefined) ?? touches[inline.kind]
