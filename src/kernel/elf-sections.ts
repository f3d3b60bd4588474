// SPDX-License-Identifier: Apache-2.0
// The sections, symbols and relocations of a kernel image or module: what opening one needs of ELF64 (gabi 4.1).
// Every offset is checked against the input; nothing is copied.

import { attempt, FaultError, type Result } from '../fault/index.ts'

export interface ImageSection {
  readonly index: number
  readonly name: string
  readonly type: number
  readonly link: number
  /** For relocation sections: the section they apply to. */
  readonly info: number
  /** Empty for NOBITS. */
  readonly bytes: Uint8Array
}

export interface ImageSymbol {
  readonly name: string
  readonly section: number
  readonly value: number
}

export interface ImageReloc {
  readonly offset: number
  readonly type: number
  readonly symbol: ImageSymbol
  readonly addend: number
}

export interface Image {
  readonly littleEndian: boolean
  readonly machine: number
  readonly sections: readonly ImageSection[]
  find(name: string): ImageSection | undefined
  symbols(): readonly ImageSymbol[]
  /** Relocations that apply to a section, in order of offset. */
  relocs(section: ImageSection): readonly ImageReloc[]
}

const noBits = 8
const symbolTable = 2
const relaTable = 4

export const isElf = (bytes: Uint8Array): boolean =>
  bytes.length > 4 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46

/** Reads the section table of an ELF64 file. */
export function readImage(file: Uint8Array): Result<Image> {
  return attempt({}, () => {
    if (!isElf(file) || file.length < 64) throw new FaultError('not an ELF file', { byte: 0 })
    if (file[4] !== 2) throw new FaultError('not a 64-bit ELF file', { byte: 4 })
    const littleEndian = file[5] === 1
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
    const wide = (at: number): number => {
      if (at + 8 > file.length) throw new FaultError('ELF file is cut short', { byte: at })
      return Number(view.getBigUint64(at, littleEndian))
    }
    const table = wide(0x28)
    const count = view.getUint16(0x3c, littleEndian)
    if (view.getUint16(0x3a, littleEndian) !== 64)
      throw new FaultError('ELF section headers are not 64 bytes', { byte: 0x3a })
    if (!(table + count * 64 <= file.length))
      throw new FaultError('ELF section table ends beyond the file', { byte: 0x28 })
    const raw = Array.from({ length: count }, (_, index) => {
      const at = table + index * 64
      const type = view.getUint32(at + 4, littleEndian)
      const offset = wide(at + 24)
      const size = type === noBits || type === 0 ? 0 : wide(at + 32)
      if (!(offset + size <= file.length) && size !== 0) {
        throw new FaultError(`ELF section ${index} ends beyond the file`, { byte: at })
      }
      return {
        index,
        type,
        nameAt: view.getUint32(at, littleEndian),
        link: view.getUint32(at + 40, littleEndian),
        info: view.getUint32(at + 44, littleEndian),
        bytes: size === 0 ? new Uint8Array() : file.subarray(offset, offset + size),
      }
    })
    const names = raw[view.getUint16(0x3e, littleEndian)]?.bytes ?? new Uint8Array()
    const sections = raw.map(({ nameAt, ...rest }): ImageSection => ({ ...rest, name: textAt(names, nameAt) }))
    return new ElfImage(littleEndian, view.getUint16(0x12, littleEndian), sections)
  })
}

class ElfImage implements Image {
  readonly littleEndian: boolean
  readonly machine: number
  readonly sections: readonly ImageSection[]
  #symbols: readonly ImageSymbol[] | undefined
  constructor(littleEndian: boolean, machine: number, sections: readonly ImageSection[]) {
    this.littleEndian = littleEndian
    this.machine = machine
    this.sections = sections
  }

  find(name: string): ImageSection | undefined {
    return this.sections.find((section) => section.name === name)
  }

  symbols(): readonly ImageSymbol[] {
    this.#symbols ??= this.#readSymbols()
    return this.#symbols
  }

  #readSymbols(): readonly ImageSymbol[] {
    const table = this.sections.find(({ type }) => type === symbolTable)
    const strings = table === undefined ? undefined : this.sections[table.link]?.bytes
    if (table === undefined || strings === undefined) return []
    const view = viewOf(table.bytes)
    return Array.from({ length: Math.floor(table.bytes.length / 24) }, (_, i) => ({
      name: textAt(strings, view.getUint32(i * 24, this.littleEndian)),
      section: view.getUint16(i * 24 + 6, this.littleEndian),
      value: Number(view.getBigUint64(i * 24 + 8, this.littleEndian)),
    }))
  }

  relocs(section: ImageSection): readonly ImageReloc[] {
    const symbols = this.symbols()
    const out: ImageReloc[] = []
    for (const { type, info, bytes } of this.sections) {
      if (type !== relaTable || info !== section.index) continue
      const view = viewOf(bytes)
      for (let at = 0; at + 24 <= bytes.length; at += 24) {
        const word = view.getBigUint64(at + 8, this.littleEndian)
        const symbol = symbols[Number(word >> 32n)]
        if (symbol === undefined) continue
        out.push({
          offset: Number(view.getBigUint64(at, this.littleEndian)),
          type: Number(word & 0xffff_ffffn),
          symbol,
          addend: Number(view.getBigInt64(at + 16, this.littleEndian)),
        })
      }
    }
    return out.sort((a, b) => a.offset - b.offset)
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const latin1 = new TextDecoder('latin1')

function textAt(bytes: Uint8Array, at: number): string {
  if (at >= bytes.length) return ''
  const end = bytes.indexOf(0, at)
  return latin1.decode(bytes.subarray(at, end < 0 ? bytes.length : end))
}
