// SPDX-License-Identifier: Apache-2.0
// A string section: NUL-ended strings, referred to by byte offset. Split BTF continues the numbering of its base's section.

const decoder = new TextDecoder()
const encoder = new TextEncoder()

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
      if (byte > 0x7f || at - from > 64) return decoder.decode(bytes.subarray(from, bytes.indexOf(0, from)))
      text += String.fromCharCode(byte)
    }
  }

  /** FNV-1a of the string at an offset. */
  hash(offset: number): number {
    if (offset < this.start) return this.base!.hash(offset)
    const { bytes } = this
    let hash = 0x811c9dc5
    for (let at = offset - this.start; ; at++) {
      const byte = bytes[at]
      if (byte === 0 || byte === undefined) return hash >>> 0
      hash = Math.imul(hash ^ byte, 0x01000193)
    }
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
  let hash = 0x811c9dc5
  for (const byte of name) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

/** A name without its CO-RE flavour: what stands before the last `___` that has other characters on both sides. */
export function essentialName(name: string): string {
  return /^(.*[^_])___[^_]/s.exec(name)?.[1] ?? name
}
