// SPDX-License-Identifier: Apache-2.0
// Chance that comes out the same on every machine: everything follows from the seed's text.

export interface Random {
  /** An integer, 0 ≤ n < limit. */
  below(limit: number): number
  pick<T>(from: readonly T[]): T
  /** True once in `n` times. */
  oneIn(n: number): boolean
}

/** mulberry32, seeded with the FNV-1a hash of a text. */
export function randomOf(seed: string): Random {
  let state = 0x811c9dc5
  for (let i = 0; i < seed.length; i++) state = Math.imul(state ^ seed.charCodeAt(i), 0x01000193)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }
  const below = (limit: number): number => next() % limit
  return { below, pick: (from) => from[below(from.length)]!, oneIn: (n) => below(n) === 0 }
}
