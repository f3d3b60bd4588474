// SPDX-License-Identifier: Apache-2.0
// What a state holds and must give back, in the kernel's order. A version shares with the one before it all but the chunk that changed,
// since a program may hold tens of thousands, and every checkpoint of it holds them again; one more costs nothing else: the chunks of
// versions that only grew are the same, each version knows how much of them is its own.

/** bpf_spin_lock; bpf_res_spin_lock, plain and with interrupts off. */
export type LockKind = 'lock' | 'res_lock' | 'res_lock_irq'
export const isLock = (ref: Reference): boolean => ref.kind !== 'ptr' && ref.kind !== 'irq'

/** Something acquired that must be given back before the program ends. */
export interface Reference {
  /** A lock has none of its own: the one that was given last when it was taken. */
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

/**
 * What stands where one was given back: since 6.14 those behind it close up, as interrupts are restored in order; before, the last one
 * takes its place, and states that hold the same in another order are not alike.
 */
export type Gap = 'closed' | 'filled by the last'

const CHUNK = 128
/** Bytes of one reference and of the version that has it. */
const ENTRY = 160

type Chunks = readonly (readonly Reference[])[]

/** Chunks of versions that only grew, each version up to its length. The last chunk is of these versions alone; the others never change. */
interface Storage {
  readonly chunks: Reference[][]
  length: number
}

/** A list of references that never changes. */
export class References implements Iterable<Reference> {
  static readonly none = new References({ chunks: [], length: 0 }, { children: 0, sorted: true, bytes: 0 })
  readonly length: number
  /** Bytes that this version takes beside the one that it was made from. */
  readonly bytes: number
  private readonly storage: Storage
  /** How many of them stand on another. */
  private readonly children: number
  /** By id: ids only grow. */
  private readonly sorted: boolean
  private cut: Chunks | undefined = undefined

  private constructor(storage: Storage, own: { children: number; sorted: boolean; bytes: number }) {
    this.storage = storage
    this.length = storage.length
    this.children = own.children
    this.sorted = own.sorted
    this.bytes = own.bytes
  }

  /** One more, whose id is the highest, but that a lock may have that of the one before it. */
  with(ref: Reference): References {
    const grows = this.storage.length === this.length && this.length > 0
    const storage = grows ? this.storage : storageOf(this.chunks())
    const last = storage.chunks.at(-1)
    if (last === undefined || last.length >= CHUNK) storage.chunks.push([ref])
    else last.push(ref)
    storage.length++
    const children = this.children + (ref.parent === 0 ? 0 : 1)
    return new References(storage, { children, sorted: this.sorted, bytes: grows ? ENTRY : costOf(storage) })
  }

  without(ref: Reference, gap: Gap): References {
    if (this.chunkWith(ref) < 0) return this
    const moved = (gap === 'closed' ? undefined : this.findLast(({ kind }) => kind === 'ptr')) ?? ref
    const changed = new Map<number, readonly Reference[]>()
    const from = this.chunkWith(moved)
    changed.set(
      from,
      this.chunks()[from]!.filter((held) => held !== moved),
    )
    if (moved !== ref) {
      const to = this.chunkWith(ref)
      const chunk = changed.get(to) ?? this.chunks()[to]!
      changed.set(
        to,
        chunk.map((held) => (held === ref ? moved : held)),
      )
    }
    const storage = storageOf(
      this.chunks()
        .map((chunk, i) => changed.get(i) ?? chunk)
        .filter(({ length }) => length > 0),
    )
    return new References(storage, {
      children: this.children - (ref.parent === 0 ? 0 : 1),
      sorted: this.sorted && moved === ref,
      bytes: costOf(storage),
    })
  }

  /** The one with this id that is no lock. */
  get(id: number): Reference | undefined {
    return this.chunks()[this.chunkOf(id)]?.find((ref) => ref.id === id && !isLock(ref))
  }

  /** The first that stands on `id`. */
  childOf(id: number): Reference | undefined {
    return this.children === 0 || id === 0 ? undefined : this.find((ref) => ref.parent === id)
  }

  find(wanted: (ref: Reference) => boolean): Reference | undefined {
    for (const chunk of this.chunks()) for (const ref of chunk) if (wanted(ref)) return ref
    return undefined
  }

  findLast(wanted: (ref: Reference) => boolean): Reference | undefined {
    const chunks = this.chunks()
    for (let i = chunks.length - 1; i >= 0; i--) {
      const found = chunks[i]!.findLast(wanted)
      if (found !== undefined) return found
    }
    return undefined
  }

  *[Symbol.iterator](): Generator<Reference> {
    for (const chunk of this.chunks()) yield* chunk
  }

  /** Whether each of them and the one in the same place of `other` are alike. */
  everyPair(other: References, alike: (own: Reference, other: Reference) => boolean): boolean {
    if (this.length !== other.length) return false
    const others = other.chunks()
    let [chunk, at] = [0, 0]
    for (const own of this.chunks())
      for (const ref of own) {
        while (at >= others[chunk]!.length) [chunk, at] = [chunk + 1, 0]
        if (!alike(ref, others[chunk]![at++]!)) return false
      }
    return true
  }

  /** Those of this version. */
  private chunks(): Chunks {
    if (this.storage.length === this.length) return this.storage.chunks
    this.cut ??= cutAt(this.storage.chunks, this.length)
    return this.cut
  }

  private chunkWith(ref: Reference): number {
    if (isLock(ref)) return this.chunks().findLastIndex((chunk) => chunk.includes(ref))
    const found = this.chunkOf(ref.id)
    return this.chunks()[found]?.includes(ref) === true ? found : -1
  }

  /** Where what has `id` and is no lock is, if it is there. */
  private chunkOf(id: number): number {
    const chunks = this.chunks()
    if (!this.sorted) return chunks.findLastIndex((chunk) => chunk.some((ref) => ref.id === id && !isLock(ref)))
    let low = 0
    let high = chunks.length
    while (low < high) {
      const middle = (low + high) >> 1
      const first = chunks[middle]![0]!
      // a lock comes behind what has the same id
      if (first.id < id || (first.id === id && !isLock(first))) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}

const costOf = ({ chunks }: Storage): number => ENTRY + 8 * (chunks.length + CHUNK)

function cutAt(chunks: Chunks, length: number): Chunks {
  let left = length
  const whole = chunks.findIndex((chunk) => {
    if (chunk.length >= left) return true
    left -= chunk.length
    return false
  })
  return [...chunks.slice(0, whole), chunks[whole]!.slice(0, left)]
}

/** Of its own: the last chunk is a copy. */
function storageOf(chunks: Chunks): Storage {
  const own = [...chunks] as Reference[][]
  const last = own.pop()
  if (last !== undefined) own.push([...last])
  return { chunks: own, length: chunks.reduce((sum, { length }) => sum + length, 0) }
}
