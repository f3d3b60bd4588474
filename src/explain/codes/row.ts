// SPDX-License-Identifier: Apache-2.0

/**
 * One diagnostic code. Texts may hold places in braces, filled in from the case at hand: {reg} {value} {kfunc} {helper}
 * {arg} {partner} {seen} {expected} {callers} {type} {name}. A line with a place that the case cannot fill is left out.
 */
export interface CodeText {
  /** Stable for ever: 'KF012'. Codes are never reused. */
  readonly code: `KF${number}`
  readonly title: string
  /** Rules of the verifier that it explains; 'rule@cause' narrows a rule to one cause (cause.ts). */
  readonly rules: readonly string[]
  /** Where the rule is written. */
  readonly section: string
  /** The rule, in one line. */
  readonly rule: string
  /** Beside the place where the kernel stopped; the first line whose places can all be filled. */
  readonly label: readonly string[]
  /** What to change; of a list within, the first line that can be filled. */
  readonly help: readonly (string | readonly string[])[]
  /** Why the rule is there and how to live with it; paragraphs. */
  readonly text: string
  /**
   * A program of examples/ that the kernel rejects with it, 'folder/file:program'; its accepted twin is the one that the
   * comment above it names. Codes that speak of us rather than of the program have none.
   */
  readonly example?: string
  /** Where the kernel that examples/ is judged by has no such rule yet: the same in a few lines. */
  readonly bad?: string
  readonly good?: string
}

/** Both ends are compared in C, and one comparison is left. */
export const mergedBounds =
  'The conditions of {merged} on {mergedOn} are one comparison in the object, of {mergedOf} in another register: that tells the verifier nothing of {merged}. Keep them apart: two if statements, with barrier_var({merged}) between them.'

/** The bound is in the C and not in the object: that it is written once more does not help. */
export const keptBounds = [
  '{boundGone} has no instruction: the compiler removed it as redundant, from facts that the verifier does not know. Keep it with barrier_var({boundName}) right before the {boundKind}.',
  '{boundGone} has no instruction: the compiler removed it as redundant, from facts that the verifier does not connect with this register. Copy {boundMember} to a local variable, put barrier_var() on that, then bound it and use it.',
] as const
