// SPDX-License-Identifier: Apache-2.0

/** Adds to what a test looks at afterwards. A machine may run for days: of more than `most` the older half goes. */
export function keepLatest<T>(list: T[], one: T, most: number): void {
  if (list.length >= most) list.splice(0, list.length - (most >> 1))
  list.push(one)
}

/** Lines, signals. */
export const MANY = 1 << 14
/** Packets. */
export const SOME = 1 << 10
