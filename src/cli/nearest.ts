// SPDX-License-Identifier: Apache-2.0
// "did you mean": names at a small edit distance, or with the text in them.

/** 'did you mean xdp, xdr?', where there are any. */
export function didYouMean(name: string, names: readonly string[]): string | undefined {
  const near = nearest(name, names)
  return near.length === 0 ? undefined : `did you mean ${near.join(', ')}?`
}

function nearest(name: string, names: readonly string[], most = 3): readonly string[] {
  const limit = Math.max(2, Math.floor(name.length / 4))
  return names
    .map((other) => ({ other, distance: other.includes(name) ? 1 : distance(name, other) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.other < b.other ? -1 : 1))
    .slice(0, most)
    .map(({ other }) => other)
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
