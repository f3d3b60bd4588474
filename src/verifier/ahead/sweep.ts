// SPDX-License-Identifier: Apache-2.0
// A data flow to its fixed point. Insns are looked at in a given order, sweep after sweep, as if in each sweep all of them were; but only
// those that something changed for are, so that work grows with what changes and not with the square of the loops.

export interface Sweep {
  /** The order of each sweep. */
  readonly order: readonly number[]
  /** Those to begin with; default: all. */
  readonly first?: readonly number[]
  /** Looks at an insn; `again` names others to look at once more, in this sweep if they come later. */
  readonly visit: (insn: number, again: (insn: number) => void) => void
}

export function untilSettled({ order, first = order, visit }: Sweep): void {
  const places = new Map(order.map((insn, place) => [insn, place]))
  const waiting = new Set<number>()
  const heap = new Heap()
  let now = -1
  const again = (insn: number): void => {
    const place = places.get(insn)
    if (place === undefined || waiting.has(place)) return
    waiting.add(place)
    const sweep = Math.max(0, Math.floor(now / order.length))
    const at = sweep * order.length + place
    heap.push(at > now ? at : at + order.length)
  }
  for (const insn of first) again(insn)
  for (let at = heap.pop(); at !== undefined; at = heap.pop()) {
    now = at
    const place = at % order.length
    waiting.delete(place)
    visit(order[place]!, again)
  }
}

/** Numbers, the least first. */
class Heap {
  private readonly items: number[] = []

  push(item: number): void {
    const { items } = this
    let at = items.push(item) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (items[parent]! <= item) break
      items[at] = items[parent]!
      at = parent
    }
    items[at] = item
  }

  pop(): number | undefined {
    const { items } = this
    const least = items[0]
    const last = items.pop()
    if (least === undefined || last === undefined || items.length === 0) return least
    let at = 0
    for (let child = 1; child < items.length; child = 2 * at + 1) {
      if (child + 1 < items.length && items[child + 1]! < items[child]!) child++
      if (items[child]! >= last) break
      items[at] = items[child]!
      at = child
    }
    items[at] = last
    return least
  }
}
