// SPDX-License-Identifier: Apache-2.0

/** Helpers after which packet data may lie elsewhere; a tail call among them, since who knows what it calls. */
export const changesPacket: ReadonlySet<number> = new Set([
  9, 10, 11, 12, 13, 18, 19, 31, 38, 39, 43, 44, 50, 54, 62, 65, 73, 74, 75, 76, 90, 91, 142, 143, 144,
])
