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

/** What it touches of memory, all through one register; `answers`: r0 is that register, or 0. */
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
}
