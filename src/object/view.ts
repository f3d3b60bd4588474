// SPDX-License-Identifier: Apache-2.0
// The parts of an ELF64 relocatable file that a BPF loader looks at.
import { type ElfSection, EM, readElf, SHF, SHT } from '../binary/index.ts'
import { FaultError } from '../fault/index.ts'
import { refuse } from './faults.ts'

export const sh = { ...SHT, llvmAddrsig: 0x6fff4c03 } as const
export const stb = { local: 'local', global: 'global', weak: 'weak' } as const
export const stt = { notype: 'notype', object: 'object', func: 'func', section: 'section' } as const
export const stv = { default: 0, internal: 1, hidden: 2, protected: 3 } as const

export interface Section extends ElfSection {
  readonly executable: boolean
  /** Empty for sections without bytes (.bss). */
  readonly data: Uint8Array
}
export interface ObjectSymbol {
  readonly index: number
  readonly name: string
  readonly value: number
  readonly size: number
  readonly type: string | number
  readonly bind: string | number
  readonly visibility: number
  readonly section: number
}
export interface ElfView {
  readonly littleEndian: boolean
  readonly sections: readonly Section[]
  readonly symbols: readonly ObjectSymbol[]
  symbolsIn(section: number): readonly ObjectSymbol[]
  /** Of the section that a relocation section changes. */
  relocationsOf(section: Section): readonly { readonly offset: number; readonly symbol: number }[]
}

const REL = 1

/** Opens an ELF file as a BPF object. */
export function viewElf(bytes: Uint8Array, name: string): ElfView {
  const read = readElf(bytes)
  if (!read.ok) throw new FaultError(read.fault.what, read.fault.place, read.fault.hint)
  const elf = read.value
  // LLVM before 2017 left the machine 0
  if (elf.type !== REL || (elf.machine !== EM.bpf && elf.machine !== 0)) {
    refuse(`elf: ${name} is not a valid eBPF object file`, {}, 'compile with clang -target bpf -c')
  }
  if (!elf.sections.some((section) => section.type === SHT.symtab)) {
    refuse(`elf: couldn't find symbol table in ${name}, stripped object file?`)
  }
  const sections = elf.sections.map((section) => ({
    ...section,
    executable: (section.flags & SHF.execinstr) !== 0,
    data: elf.data(section),
  }))
  const symbols = elf.symbols.map(({ shndx, value, size, ...rest }) => ({
    ...rest,
    value: Number(value),
    size: Number(size),
    section: shndx,
  }))
  const bySection = new Map<number, ObjectSymbol[]>()
  for (const symbol of symbols) {
    const own = bySection.get(symbol.section)
    if (own === undefined) bySection.set(symbol.section, [symbol])
    else own.push(symbol)
  }
  return {
    littleEndian: elf.littleEndian,
    sections,
    symbols,
    symbolsIn: (section) => bySection.get(section) ?? [],
    relocationsOf: (section) => elf.relocations.get(section.info) ?? [],
  }
}
