// SPDX-License-Identifier: Apache-2.0
// Warnings that an object can have any number of.

/** Enough of them to see what is wrong: an object may have tens of thousands, and each of its programs tells them. */
export function fewOf(lines: readonly string[], what: string): readonly string[] {
  const most = 16
  return lines.length <= most ? lines : [...lines.slice(0, most), `… and ${lines.length - most} more ${what}`]
}
