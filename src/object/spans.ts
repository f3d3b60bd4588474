// SPDX-License-Identifier: Apache-2.0
// Which of many ranges covers a place: variables of a section, asked for by each of its relocations. BTF may lay them over one another,
// as compilers do not, so the answer is the first in order, found without looking at all.

export interface Span {
  readonly start: number
  readonly end: number
}

/** Finds the first of `items`, in order of where they start, that covers a range. */
export function spansOf<T>(
  items: readonly T[],
  spanOf: (item: T) => Span,
): (from: number, to: number) => T | undefined {
  const spans = items.map((item) => ({ item, ...spanOf(item) })).sort((a, b) => a.start - b.start)
  // how far the spans up to here reach: the first that reaches a place is itself the one that does
  const reach = new Float64Array(spans.length)
  for (const [i, { end }] of spans.entries()) reach[i] = Math.max(end, reach[i - 1] ?? Number.NEGATIVE_INFINITY)
  return (from, to) => {
    let low = 0
    let high = reach.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (reach[middle]! < to) low = middle + 1
      else high = middle
    }
    const found = spans[low]
    return found !== undefined && found.start <= from ? found.item : undefined
  }
}

/** The first item of each key. */
export function firstBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): ReadonlyMap<K, T> {
  const first = new Map<K, T>()
  for (const item of items) {
    const key = keyOf(item)
    if (!first.has(key)) first.set(key, item)
  }
  return first
}
