// SPDX-License-Identifier: Apache-2.0
// Which block every way to another goes through. The immediate dominators are found as Cooper, Harvey and Kennedy describe ("A simple,
// fast dominance algorithm", 2001): walk up from both until they meet, in reverse postorder, until nothing changes.

export interface Graph {
  /** Reachable blocks in reverse postorder, the entry (block 0) first. */
  readonly order: readonly number[]
  /** Place in that order; -1 of what is not reached. */
  readonly place: Int32Array
  /** Of each reachable block; the entry's is itself. */
  readonly dominator: Int32Array
  readonly predecessors: readonly (readonly number[])[]
}

export function graphOf(count: number, successors: (block: number) => readonly number[]): Graph {
  const order = reversePostorder(count, successors)
  const place = new Int32Array(count).fill(-1)
  order.forEach((block, at) => {
    place[block] = at
  })
  const predecessors: number[][] = Array.from({ length: count }, () => [])
  for (const block of order) for (const next of successors(block)) predecessors[next]!.push(block)
  const dominator = new Int32Array(count).fill(-1)
  dominator[0] = 0
  const meet = (a: number, b: number): number => {
    let [x, y] = [a, b]
    while (x !== y) {
      if (place[x]! > place[y]!) x = dominator[x]!
      else y = dominator[y]!
    }
    return x
  }
  for (let changed = true; changed; ) {
    changed = false
    for (const block of order.slice(1)) {
      let best = -1
      for (const before of predecessors[block]!)
        if (dominator[before] !== -1) best = best === -1 ? before : meet(before, best)
      if (dominator[block] === best) continue
      dominator[block] = best
      changed = true
    }
  }
  return { order, place, dominator, predecessors }
}

/** Without recursion: programs may be a million blocks deep. */
function reversePostorder(count: number, successors: (block: number) => readonly number[]): number[] {
  const met = new Uint8Array(count)
  const post: number[] = []
  const path: { readonly block: number; next: number }[] = [{ block: 0, next: 0 }]
  met[0] = 1
  while (path.length > 0) {
    const top = path.at(-1)!
    const following = successors(top.block)
    if (top.next === following.length) {
      post.push(top.block)
      path.pop()
      continue
    }
    const block = following[top.next++]!
    if (met[block] !== 0) continue
    met[block] = 1
    path.push({ block, next: 0 })
  }
  return post.reverse()
}

/** `a` lies on every way to `b`. */
export function dominates({ dominator, place }: Graph, a: number, b: number): boolean {
  let at = b
  while (place[at]! > place[a]!) at = dominator[at]!
  return at === a
}
