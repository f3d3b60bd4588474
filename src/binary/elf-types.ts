// SPDX-License-Identifier: Apache-2.0

export interface ElfSection {
  readonly index: number
  readonly name: string
  /** SHT_* */
  readonly type: number
  /** SHF_* */
  readonly flags: number
  readonly addr: bigint
  readonly offset: number
  readonly size: number
  readonly link: number
  readonly info: number
  readonly addralign: number
  readonly entsize: number
}

export interface ElfSymbol {
  readonly index: number
  readonly name: string
  readonly value: bigint
  readonly size: bigint
  /** 'local' | 'global' | 'weak', or STB_* where it is another. */
  readonly bind: 'local' | 'global' | 'weak' | number
  /** 'notype' | 'object' | 'func' | 'section' | 'file', or STT_* where it is another. */
  readonly type: 'notype' | 'object' | 'func' | 'section' | 'file' | number
  /** STV_* */
  readonly visibility: number
  /** Section index; 0 undefined, 0xfff1 absolute, 0xfff2 common; SHN_XINDEX is already resolved. */
  readonly shndx: number
}

export interface ElfRelocation {
  /** Byte offset in the target section. */
  readonly offset: number
  /** Index into `Elf.symbols`. */
  readonly symbol: number
  /** R_* of the machine: R_BPF_64_64 = 1, R_BPF_64_ABS64 = 2, R_BPF_64_ABS32 = 3, R_BPF_64_NODYLD32 = 4, R_BPF_64_32 = 10. */
  readonly type: number
  /** 0 in a REL section, where it stands in the place itself. */
  readonly addend: bigint
}

/** One ELF64 file, read and checked: every section lies in the file, every name and symbol index in its table. */
export interface Elf {
  readonly littleEndian: boolean
  /** ET_*: 1 relocatable, 2 executable, 3 shared, 4 core. */
  readonly type: number
  /** EM_*: 247 BPF, 62 x86-64, 183 AArch64 … */
  readonly machine: number
  readonly flags: number
  readonly entry: bigint
  readonly sections: readonly ElfSection[]
  readonly symbols: readonly ElfSymbol[]
  /** Relocations by the index of the section that they change. */
  readonly relocations: ReadonlyMap<number, readonly ElfRelocation[]>
  readonly bytes: Uint8Array
  /** A section's bytes, as a view; empty for SHT_NOBITS. */
  data(section: ElfSection): Uint8Array
  /** The first section of that name. */
  section(name: string): ElfSection | undefined
}

export const SHT = {
  null: 0,
  progbits: 1,
  symtab: 2,
  strtab: 3,
  rela: 4,
  note: 7,
  nobits: 8,
  rel: 9,
  symtabShndx: 18,
} as const
export const SHF = {
  write: 1,
  alloc: 2,
  execinstr: 4,
  merge: 16,
  strings: 32,
  infoLink: 64,
  compressed: 0x800,
} as const
export const SHN = { undef: 0, loreserve: 0xff00, abs: 0xfff1, common: 0xfff2, xindex: 0xffff } as const
export const EM = { x86_64: 62, aarch64: 183, bpf: 247 } as const
export const bindNames = ['local', 'global', 'weak'] as const
export const typeNames = ['notype', 'object', 'func', 'section', 'file'] as const
