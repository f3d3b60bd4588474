// SPDX-License-Identifier: Apache-2.0
// What only we can put right.

/** Exit status where something unforeseen was thrown. */
export const BUG = 3

export const bugText = (error: unknown): string =>
  `this is a bug in kfuncs, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
