// SPDX-License-Identifier: Apache-2.0
// What a state holds and must give back, oldest first, which is by id: ids only grow. A version shares with the one before it all but the
// chunk that changed, since a program may hold tens of thousands, and every checkpoint of it holds them again.

/** bpf_spin_lock; bpf_res_spin_lock, plain and with interrupts off. */
export type LockKind = 'lock' | 'res_lock' | 'res_lock_irq'
export const isLock = (ref: Reference): boolean => ref.kind !== 'ptr' && ref.kind !== 'irq'

/** Something acquired that must be given back before the program ends. */
export interface Reference {
  readonly id: number
  readonly insn: number
  /** 'ptr': a kernel object; 'lock' and its kin: a held lock, with the id of what contains it; 'irq': interrupts off. */
  readonly kind: 'ptr' | LockKind | 'irq'
  /** What the object stands on, or 0: it must be given back before that. */
  readonly parent: number
  readonly lockMap: number
  readonly lockBtf: boolean
  readonly lockId: number
  /** Frame of the callback it was acquired in: only there it may be released. 0 elsewhere. */
  readonly callback: number
}

const CHUNK = 128

/** A list of references that never changes. */
export class References implements Iterable<Reference> {
  static readonly none = new References([], 0, 0)
  readonly length: number
  private readonly chunks: readonly (readonly Reference[])[]
  /** How many of them stand on another. */
  private readonly children: number

  private constructor(chunks: readonly (readonly Reference[])[], length: number, children: number) {
    this.chunks = chunks
    this.length = length
    this.children = children
  }

  /** One more, whose id is the highest. */
  with(ref: Reference): References {
    const { chunks } = this
    const last = chunks.at(-1)
    const added =
      last === undefined || last.length >= CHUNK ? [...chunks, [ref]] : [...chunks.slice(0, -1), [...last, ref]]
    return new References(added, this.length + 1, this.children + (ref.parent === 0 ? 0 : 1))
  }

  without({ id, parent }: Reference): References {
    const at = this.chunkOf(id)
    const left = (this.chunks[at] ?? []).filter((ref) => ref.id !== id)
    if (left.length === (this.chunks[at]?.length ?? 0)) return this
    const chunks =
      left.length === 0
        ? this.chunks.filter((_, i) => i !== at)
        : this.chunks.map((chunk, i) => (i === at ? left : chunk))
    return new References(chunks, this.length - 1, this.children - (parent === 0 ? 0 : 1))
  }

  get(id: number): Reference | undefined {
    return this.chunks[this.chunkOf(id)]?.find((ref) => ref.id === id)
  }

  /** The first that stands on `id`. */
  childOf(id: number): Reference | undefined {
    return this.children === 0 || id === 0 ? undefined : this.find((ref) => ref.parent === id)
  }

  find(wanted: (ref: Reference) => boolean): Reference | undefined {
    for (const chunk of this.chunks) for (const ref of chunk) if (wanted(ref)) return ref
    return undefined
  }

  findLast(wanted: (ref: Reference) => boolean): Reference | undefined {
    for (let i = this.chunks.length - 1; i >= 0; i--) {
      const found = this.chunks[i]!.findLast(wanted)
      if (found !== undefined) return found
    }
    return undefined
  }

  *[Symbol.iterator](): Generator<Reference> {
    for (const chunk of this.chunks) yield* chunk
  }

  /** Whether each of them and the one in the same place of `other` are alike. */
  everyPair(other: References, alike: (own: Reference, other: Reference) => boolean): boolean {
    if (this.length !== other.length) return false
    let [chunk, at] = [0, 0]
    for (const own of this.chunks)
      for (const ref of own) {
        while (at >= other.chunks[chunk]!.length) [chunk, at] = [chunk + 1, 0]
        if (!alike(ref, other.chunks[chunk]![at++]!)) return false
      }
    return true
  }

  /** What this version takes beside the one that it was made from. */
  bytes(): number {
    return 8 * (this.chunks.length + CHUNK)
  }

  /** The last chunk that begins no later than with `id`. */
  private chunkOf(id: number): number {
    let low = 0
    let high = this.chunks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.chunks[middle]![0]!.id <= id) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
