// SPDX-License-Identifier: Apache-2.0
// A string section: NUL-ended strings, referred to by byte offset. Split BTF continues the numbering of its base's section.
//
// Strings may share their ends, so a section of a megabyte can be a hundred thousand strings of half a megabyte each. Short ones are read
// as they are asked for; of a long one, what all such strings have in common is decoded once, and each is a slice of it.

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** Strings up to here are read byte by byte; and so much of a name is what the index of names goes by. */
const SHORT = 64

/** Another in every process: an object could be made of names that all have one hash, if that were known. What is found does not depend on it. */
const SEED = (Math.random() * 2 ** 32) | 0

/** All bits of the hash decide where it goes; FNV's low ones come of the low ones alone. */
function spread(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return (twice ^ (twice >>> 16)) >>> 0
}

/** Of a long string that is no ASCII, which no name of the kernel's is, no more than this many bytes are read. */
const MOST_ODD = 512

interface Whole {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly ascii: boolean
}

/** KSYM_NAME_LEN */
const MAX_NAME = 512
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39
/** Letters of ASCII, `_`, `.`, and À to ÿ but for × and ÷. */
const isLetter = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  byte === 0x5f ||
  byte === 0x2e ||
  (byte >= 0xc0 && byte !== 0xd7 && byte !== 0xf7)

export class StringTable {
  readonly bytes: Uint8Array
  /** Offset of this section's first byte: the end of the base's section, or 0. */
  readonly start: number
  readonly base: StringTable | undefined

  constructor(bytes: Uint8Array, base: StringTable | undefined) {
    this.bytes = bytes
    this.base = base
    this.start = base === undefined ? 0 : base.end
  }

  /** One past the last valid offset. */
  get end(): number {
    return this.start + this.bytes.length
  }

  /** The string at an offset that is known to be below `end`; the section is known to end in NUL. */
  get(offset: number): string {
    if (offset === 0) return ''
    if (offset < this.start) return this.base!.get(offset)
    const { bytes } = this
    const from = offset - this.start
    let text = ''
    for (let at = from; ; at++) {
      const byte = bytes[at]
      if (byte === 0 || byte === undefined) return text
      if (byte > 0x7f || at - from > SHORT) return this.#long(from)
      text += String.fromCharCode(byte)
    }
  }

  /** Long strings decoded so far, in order: what begins within one is a part of it. */
  readonly #wholes: Whole[] = []

  #long(from: number): string {
    const { text, start, end, ascii } = this.#wholeAt(from)
    // as many characters as bytes: every place in the one is the same place in the other
    if (ascii) return text.slice(from - start)
    return decoder.decode(this.bytes.subarray(from, Math.min(end, from + MOST_ODD)))
  }

  #wholeAt(from: number): Whole {
    const wholes = this.#wholes
    let low = 0
    let high = wholes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (wholes[middle]!.end <= from) low = middle + 1
      else high = middle
    }
    const known = wholes[low]
    if (known !== undefined && known.start <= from) return known
    const { bytes } = this
    const start = bytes.lastIndexOf(0, from) + 1
    const end = bytes.indexOf(0, from)
    const text = decoder.decode(bytes.subarray(start, end))
    const whole = { start, end, text, ascii: text.length === end - start }
    wholes.splice(low, 0, whole)
    return whole
  }

  /** The beginning of a string: at most `most` bytes of it. */
  begin(offset: number, most: number): string {
    if (offset < this.start) return this.base!.begin(offset, most)
    const text = this.get(offset)
    return text.length > most ? text.slice(0, most) : text
  }

  /** A name as the kernel takes it, byte by byte: its letters are those of Latin-1. */
  isIdentifier(offset: number): boolean {
    if (offset < this.start) return this.base!.isIdentifier(offset)
    const { bytes } = this
    const from = offset - this.start
    if (!isLetter(bytes[from] ?? 0)) return false
    for (let at = from + 1; at < from + MAX_NAME; at++) {
      const byte = bytes[at] ?? 0
      if (byte === 0) return true
      if (!isLetter(byte) && !isDigit(byte)) return false
    }
    return false
  }

  /** The name of a section: anything that is printed, in Latin-1. */
  isPrinted(offset: number): boolean {
    if (offset < this.start) return this.base!.isPrinted(offset)
    const from = offset - this.start
    for (let at = from; at < from + MAX_NAME; at++) {
      const byte = this.bytes[at] ?? 0
      if (byte === 0) return at > from
      if (byte < 0x20 || (byte > 0x7e && byte < 0xa0)) return false
    }
    return false
  }

  /** FNV-1a of the string at an offset, from where no object knows: of its first bytes alone where it is long. */
  hash(offset: number): number {
    if (offset < this.start) return this.base!.hash(offset)
    const { bytes } = this
    let hash = SEED
    const from = offset - this.start
    for (let at = from; at - from < SHORT; at++) {
      const byte = bytes[at]
      if (byte === 0 || byte === undefined) break
      hash = Math.imul(hash ^ byte, 0x01000193)
    }
    return spread(hash)
  }

  /** Whether the string at an offset has three underscores in a row: it may be a CO-RE flavour. */
  hasFlavour(offset: number): boolean {
    if (offset < this.start) return this.base!.hasFlavour(offset)
    const { bytes } = this
    let run = 0
    for (let at = offset - this.start; ; at++) {
      const byte = bytes[at]
      if (byte === 0 || byte === undefined) return false
      run = byte === 0x5f ? run + 1 : 0
      if (run === 3) return true
    }
  }

  /** Whether the string at an offset is exactly these bytes. */
  equals(offset: number, name: Uint8Array): boolean {
    if (offset < this.start) return this.base!.equals(offset, name)
    const { bytes } = this
    const from = offset - this.start
    for (let i = 0; i < name.length; i++) if (bytes[from + i] !== name[i]) return false
    return bytes[from + name.length] === 0
  }
}

export const encodeName = (name: string): Uint8Array => encoder.encode(name)

/** FNV-1a of a name, as `StringTable.hash` gives for the same string. */
export function hashName(name: Uint8Array): number {
  let hash = SEED
  for (let i = 0; i < name.length && i < SHORT; i++) hash = Math.imul(hash ^ name[i]!, 0x01000193)
  return spread(hash)
}

/** A name without its CO-RE flavour: what stands before the last `___` that has other characters on both sides. */
export function essentialName(name: string): string {
  return /^(.*[^_])___[^_]/s.exec(name)?.[1] ?? name
}
