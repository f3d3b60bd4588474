// SPDX-License-Identifier: Apache-2.0
// A kernel image or module as opening one needs it: sections by name, symbols, relocations with their symbols.

import { type Elf, readElf } from '../binary/index.ts'
import { ok, type Result } from '../fault/index.ts'

export interface ImageSection {
  readonly index: number
  readonly name: string
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
  readonly symbol: ImageSymbol
  readonly addend: number
}

export interface Image {
  readonly littleEndian: boolean
  readonly machine: number
  readonly sections: readonly ImageSection[]
  readonly symbols: readonly ImageSymbol[]
  find(name: string): ImageSection | undefined
  /** Relocations that apply to a section, in order of offset. */
  relocs(section: ImageSection): readonly ImageReloc[]
}

/** Reads an ELF64 file; a linked kernel's symbols are not needed and are left out with `symbols: false`. */
export function readImage(file: Uint8Array, { symbols }: { readonly symbols: boolean }): Result<Image> {
  const elf = readElf(file, {}, { symbols })
  return elf.ok ? ok(imageOf(elf.value)) : elf
}

function imageOf(elf: Elf): Image {
  const sections = elf.sections.map(
    (section): ImageSection => ({
      index: section.index,
      name: section.name,
      get bytes() {
        return elf.data(section)
      },
    }),
  )
  const symbols = elf.symbols.map(({ name, value, shndx }) => ({ name, section: shndx, value: Number(value) }))
  return {
    littleEndian: elf.littleEndian,
    machine: elf.machine,
    sections,
    symbols,
    find: (name) => sections.find((section) => section.name === name),
    relocs: ({ index }) =>
      (elf.relocations.get(index) ?? [])
        .map(({ offset, symbol, addend }) => ({ offset, symbol: symbols[symbol]!, addend: Number(addend) }))
        .sort((a, b) => a.offset - b.offset),
  }
}
