// SPDX-License-Identifier: Apache-2.0
// Hostile objects: a good one, changed where it hurts. The same seed makes the same mutant.

/** mulberry32: small, seeded, good enough to choose bytes with. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

interface Part {
  readonly name: string
  readonly start: number
  readonly size: number
  /** Where its section header is. */
  readonly header: number
}

/** The sections of a good ELF64 object of either byte order. */
export function partsOf(bytes: Uint8Array): { readonly parts: readonly Part[]; readonly little: boolean } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = bytes[5] === 1
  const table = Number(view.getBigUint64(0x28, little))
  const count = view.getUint16(0x3c, little)
  const names = table + 64 * view.getUint16(0x3e, little)
  const strings = Number(view.getBigUint64(names + 0x18, little))
  const parts = Array.from({ length: count }, (_, index): Part => {
    const header = table + 64 * index
    const at = strings + view.getUint32(header, little)
    const name = new TextDecoder('latin1').decode(bytes.subarray(at, bytes.indexOf(0, at)))
    const start = Number(view.getBigUint64(header + 0x18, little))
    const size = view.getUint32(header + 4, little) === 8 ? 0 : Number(view.getBigUint64(header + 0x20, little))
    return { name, start, size, header }
  })
  return { parts, little }
}

export const extremes = [
  0, 1, 2, 3, 7, 8, 0x7f, 0xff, 0xffff, 0x1_0000, 0x00ff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff,
]

/** One way to spoil bytes: `pick` chooses, `parts` says what is where. It says what it did. */
type Spoil = (bytes: Uint8Array, view: DataView, pick: (below: number) => number, parts: readonly Part[]) => string

/** Sections that the loader reads, more often than those it skips. */
function somewhere(pick: (below: number) => number, parts: readonly Part[], unit: number): { part: Part; at: number } {
  const full = parts.filter(({ size, name }) => size >= unit && !name.startsWith('.debug'))
  const part = full[pick(full.length)]!
  return { part, at: part.start + unit * pick(Math.floor(part.size / unit)) }
}

function spoils(little: boolean): readonly Spoil[] {
  const typeWord = (parts: readonly Part[], view: DataView, pick: (below: number) => number): number | undefined => {
    const btf = parts.find(({ name }) => name === '.BTF')
    if (btf === undefined || btf.size < 40) return undefined
    const words = Math.floor(Math.min(view.getUint32(btf.start + 12, little), btf.size - 24) / 4)
    return words < 1 ? undefined : btf.start + 24 + 4 * pick(words)
  }
  return [
    (bytes, _view, pick) => {
      const at = pick(bytes.length)
      bytes[at]! ^= 1 << pick(8)
      return `bit at ${at}`
    },
    (bytes, _view, pick, parts) => {
      const { part, at } = somewhere(pick, parts, 1)
      bytes[at] = pick(256)
      return `byte of ${part.name} at ${at - part.start}`
    },
    (_bytes, view, pick, parts) => {
      const { part, at } = somewhere(pick, parts, 4)
      const value = pick(2) === 0 ? extremes[pick(extremes.length)]! : pick(64)
      view.setUint32(at, value, little)
      return `word of ${part.name} at ${at - part.start} = ${value}`
    },
    (_bytes, view, pick, parts) => {
      const { part, at } = somewhere(pick, parts, 4)
      const other = part.start + 4 * pick(Math.floor(part.size / 4))
      view.setUint32(at, view.getUint32(other, little), little)
      return `word of ${part.name} at ${at - part.start} from ${other - part.start}`
    },
    (_bytes, view, pick, parts) => {
      const part = parts[pick(parts.length)]!
      const field = 4 * pick(16)
      const value = pick(2) === 0 ? extremes[pick(extremes.length)]! : pick(parts.length + 2)
      view.setUint32(part.header + field, value, little)
      return `header of ${part.name}, byte ${field} = ${value}`
    },
    (_bytes, view, pick, parts) => {
      const part = parts[pick(parts.length)]!
      const other = parts[pick(parts.length)]!
      for (const field of [0x18, 0x20]) view.setBigUint64(part.header + field, view.getBigUint64(other.header + field))
      return `${part.name} is where ${other.name} is`
    },
    (bytes, _view, pick) => {
      const at = pick(64)
      bytes[at] = pick(256)
      return `ELF header byte ${at}`
    },
    (_bytes, view, pick, parts) => {
      const at = typeWord(parts, view, pick)
      if (at === undefined) return 'nothing'
      const value = pick(200)
      view.setUint32(at, value, little)
      return `type word ${at} = ${value}`
    },
    (_bytes, view, pick, parts) => {
      const at = typeWord(parts, view, pick)
      if (at === undefined) return 'nothing'
      const value = ((pick(2) << 31) | (pick(20) << 24) | pick(pick(2) === 0 ? 4 : 0x1_0000)) >>> 0
      view.setUint32(at, value, little)
      return `type word ${at} = kind ${value.toString(16)}`
    },
    (bytes, _view, pick, parts) => {
      const { part, at } = somewhere(pick, parts, 8)
      const other = somewhere(pick, parts, 8)
      const size = Math.min(
        8 * (1 + pick(8)),
        part.start + part.size - at,
        other.part.start + other.part.size - other.at,
      )
      bytes.copyWithin(at, other.at, other.at + size)
      return `${size} bytes of ${part.name} at ${at - part.start} from ${other.part.name} at ${other.at - other.part.start}`
    },
    (bytes, _view, pick, parts) => {
      const code = parts.filter(({ name, size }) => size >= 8 && !/^\.|^license|^maps/.test(name))
      if (code.length === 0) return 'nothing'
      const { part, at } = somewhere(pick, code, 8)
      const byte = pick(8)
      bytes[at + byte] = pick(256)
      return `insn of ${part.name} at ${(at - part.start) / 8}, byte ${byte}`
    },
  ]
}

export interface MutantOptions {
  /** Only these sections are changed, once: what a loader still takes for an object. */
  readonly only?: readonly string[]
}

/** A mutant of an object: one to four changes, sometimes cut short; and what they are. */
export function mutant(
  good: Uint8Array,
  seed: number,
  { only }: MutantOptions = {},
): { readonly bytes: Uint8Array; readonly what: string } {
  const pick = random(seed)
  const { parts: all, little } = partsOf(good)
  const parts = only === undefined ? all : all.filter(({ name }) => only.includes(name))
  const ways = spoils(little).filter((_, index) => only === undefined || inSection.has(index))
  let bytes = Uint8Array.from(good)
  const view = new DataView(bytes.buffer)
  const what: string[] = []
  for (let left = only === undefined ? 1 + pick(4) : 1; left > 0; left--)
    what.push(ways[pick(ways.length)]!(bytes, view, pick, parts))
  if (only === undefined && pick(12) === 0) {
    bytes = bytes.slice(0, pick(bytes.length))
    what.push(`cut at ${bytes.length}`)
  }
  return { bytes, what: what.join('; ') }
}

/** Ways that change a section's contents and nothing else, by their place in `spoils`. */
const inSection: ReadonlySet<number> = new Set([1, 2, 3, 7, 8])
