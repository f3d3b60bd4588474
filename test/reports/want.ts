// SPDX-License-Identifier: Apache-2.0
// What an explanation of a program must say, and what it must not.

export interface Want {
  readonly object: string
  /** Where the object has several. */
  readonly program?: string
  /** Default: 6.12, with sched_ext. */
  readonly kernel?: '7.3'
  readonly code?: string
  /** It is said only where the C is at hand. */
  readonly sources?: true
  readonly says: readonly RegExp[]
  readonly never?: readonly RegExp[]
}
