// SPDX-License-Identifier: Apache-2.0
// ELF64 as the System V ABI (gabi "Object Files") lays it out, of either byte order. Nothing in the file is believed
// before it is checked against the file's length, so work and memory are linear in it.
import { attempt, FaultError, type Place, type Result } from '../fault/index.ts'
import { ByteReader } from './byte-reader.ts'
import {
  bindNames,
  type Elf,
  type ElfRelocation,
  type ElfSection,
  type ElfSymbol,
  SHN,
  SHT,
  typeNames,
} from './elf-types.ts'

const headerSize = 64
const sectionHeaderSize = 64
const symbolSize = 24

export interface ReadElfOptions {
  /** A linked kernel holds hundreds of thousands of symbols that nobody here asks for: false leaves them out. */
  readonly symbols?: boolean
}

/** Is this an ELF file at all? */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46
}

/** Reads an ELF64 file of either byte order. Broken, truncated, overlapping or absurd input is a `Fault`. */
export function readElf(bytes: Uint8Array, place: Place = {}, options: ReadElfOptions = {}): Result<Elf> {
  return attempt(place, () => read(bytes, options))
}

interface Header {
  readonly littleEndian: boolean
  readonly type: number
  readonly machine: number
  readonly flags: number
  readonly entry: bigint
  readonly shoff: number
  readonly shnum: number
  readonly shstrndx: number
}

function read(bytes: Uint8Array, options: ReadElfOptions): Elf {
  const header = readHeader(bytes)
  const sections = readSections(bytes, header)
  const data = (section: ElfSection): Uint8Array =>
    section.type === SHT.nobits ? new Uint8Array(0) : bytes.subarray(section.offset, section.offset + section.size)
  refuseOverlap(sections, header)
  const symbols = options.symbols === false ? [] : readSymbols(sections, data, { littleEndian: header.littleEndian })
  const relocations =
    options.symbols === false
      ? new Map()
      : readRelocations(sections, data, { littleEndian: header.littleEndian }, symbols.length)
  const byName = new Map<string, ElfSection>()
  for (const section of sections) if (!byName.has(section.name)) byName.set(section.name, section)
  const { littleEndian, type, machine, flags, entry } = header
  const section = (name: string): ElfSection | undefined => byName.get(name)
  return { littleEndian, type, machine, flags, entry, sections, symbols, relocations, bytes, data, section }
}

function readHeader(bytes: Uint8Array): Header {
  if (bytes.length === 0) throw new FaultError('the file is empty', {})
  if (!isElf(bytes)) throw new FaultError('not an ELF file: it does not begin with 0x7f "ELF"', { byte: 0 })
  if (bytes.length < headerSize)
    throw new FaultError(`ends inside the ELF header (${bytes.length} bytes)`, { byte: bytes.length })
  if (bytes[4] !== 2)
    throw new FaultError(
      `ELF class ${bytes[4]} is not ELF64`,
      { byte: 4 },
      'BPF objects and the kernels known here are 64-bit',
    )
  if (bytes[5] !== 1 && bytes[5] !== 2) throw new FaultError(`unknown ELF byte order ${bytes[5]}`, { byte: 5 })
  if (bytes[6] !== 1) throw new FaultError(`unknown ELF version ${bytes[6]}`, { byte: 6 })
  const littleEndian = bytes[5] === 1
  const reader = new ByteReader(bytes, { littleEndian, offset: 16 })
  const type = reader.u16()
  const machine = reader.u16()
  reader.skip(4)
  const entry = reader.u64()
  reader.skip(8) // e_phoff
  const shoff = asOffset(reader.u64(), bytes.length, 'the section header table', 40)
  const flags = reader.u32()
  reader.skip(6) // e_ehsize, e_phentsize, e_phnum
  const shentsize = reader.u16()
  let shnum = reader.u16()
  let shstrndx = reader.u16()
  if (shoff === 0) return { littleEndian, type, machine, flags, entry, shoff, shnum: 0, shstrndx: 0 }
  if (shentsize !== sectionHeaderSize)
    throw new FaultError(`section headers of ${shentsize} bytes, not ${sectionHeaderSize}`, { byte: 58 })
  if (shnum === 0 || shstrndx === SHN.xindex) {
    // gabi "ELF Header": counts too large for 16 bits stand in the first section header.
    const first = new ByteReader(bytes, { littleEndian, offset: shoff })
    first.skip(32)
    const size = first.u64()
    const link = first.u32()
    if (shnum === 0) shnum = asOffset(size, bytes.length, 'the number of sections', shoff + 32)
    if (shstrndx === SHN.xindex) shstrndx = link
  }
  if (shnum > Math.floor((bytes.length - shoff) / sectionHeaderSize)) {
    throw new FaultError(
      `${shnum} section headers do not fit in the ${bytes.length - shoff} bytes left`,
      { byte: shoff },
      'is the file cut short?',
    )
  }
  return { littleEndian, type, machine, flags, entry, shoff, shnum, shstrndx }
}

function asOffset(value: bigint, limit: number, what: string, byte: number): number {
  if (value > BigInt(limit))
    throw new FaultError(
      `${what} (0x${value.toString(16)}) lies outside the file of ${limit} bytes`,
      { byte },
      'is the file cut short?',
    )
  return Number(value)
}

function readSections(bytes: Uint8Array, header: Header): ElfSection[] {
  const reader = new ByteReader(bytes, { littleEndian: header.littleEndian, offset: header.shoff })
  const raw: { section: ElfSection; nameOffset: number }[] = []
  for (let index = 0; index < header.shnum; index++) {
    const at = header.shoff + index * sectionHeaderSize
    reader.seek(at)
    const nameOffset = reader.u32()
    const type = reader.u32()
    const flags = reader.u64()
    const addr = reader.u64()
    const offset64 = reader.u64()
    const size64 = reader.u64()
    const link = reader.u32()
    const info = reader.u32()
    const addralign = reader.u64()
    const entsize = reader.u64()
    // Section 0 is reserved (its size may be the extended count), and NOBITS holds no bytes of the file.
    const hasBytes = type !== SHT.nobits && type !== SHT.null
    const size = hasBytes ? asOffset(size64, bytes.length, `the size of section ${index}`, at + 32) : clamp(size64)
    const offset = hasBytes
      ? asOffset(offset64, bytes.length - size, `section ${index}, ${size} bytes,`, at + 24)
      : clamp(offset64)
    const section = {
      index,
      name: '',
      type,
      flags: clamp(flags),
      addr,
      offset,
      size,
      link,
      info,
      addralign: clamp(addralign),
      entsize: clamp(entsize),
    }
    raw.push({ section, nameOffset })
  }
  if (raw.length === 0) return []
  if (header.shstrndx === 0) return raw.map(({ section }) => section)
  const names = raw[header.shstrndx]?.section
  if (names === undefined)
    throw new FaultError(`section name table ${header.shstrndx} is not one of ${raw.length} sections`, { byte: 62 })
  if (names.type !== SHT.strtab)
    throw new FaultError(`section ${names.index} holds the section names but is not a string table`, { byte: 62 })
  const strings = stringTable(bytes.subarray(names.offset, names.offset + names.size), names.offset)
  return raw.map(({ section, nameOffset }) => ({
    ...section,
    name: strings(nameOffset, `the name of section ${section.index}`),
  }))
}

function clamp(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value)
}

/** Names by offset, each decoded once. All names together are bounded: a table of one long name cannot be multiplied. */
function stringTable(table: Uint8Array, base: number): (offset: number, what: string) => string {
  const reader = new ByteReader(table, { base })
  const known = new Map<number, string>()
  let budget = 64 * 1024 * 1024
  return (offset, what) => {
    const found = known.get(offset)
    if (found !== undefined) return found
    if (offset === 0 && table.length === 0) return ''
    const text = reader.stringAt(offset, what)
    budget -= text.length
    if (budget < 0) throw new FaultError('the names in this file add up to more than 64 MB', { byte: base + offset })
    known.set(offset, text)
    return text
  }
}

/** gabi "Sections": sections in a file may not overlap, nor lie over the headers. */
function refuseOverlap(sections: readonly ElfSection[], header: Header): void {
  const spans = sections
    .filter(({ type, size }) => type !== SHT.null && type !== SHT.nobits && size > 0)
    .map(({ name, index, offset, size }) => ({
      name: name === '' ? `section ${index}` : name,
      offset,
      end: offset + size,
    }))
  spans.push({ name: 'the ELF header', offset: 0, end: headerSize })
  if (sections.length > 0) {
    const end = header.shoff + sections.length * sectionHeaderSize
    spans.push({ name: 'the section header table', offset: header.shoff, end })
  }
  spans.sort((a, b) => a.offset - b.offset)
  for (let i = 1; i < spans.length; i++) {
    const before = spans[i - 1]!
    const span = spans[i]!
    if (span.offset < before.end) throw new FaultError(`${span.name} overlaps ${before.name}`, { byte: span.offset })
  }
}

function readSymbols(
  sections: readonly ElfSection[],
  data: (section: ElfSection) => Uint8Array,
  { littleEndian }: { readonly littleEndian: boolean },
): ElfSymbol[] {
  const tables = sections.filter(({ type }) => type === SHT.symtab)
  const table = tables[0]
  if (table === undefined) return []
  const place = { section: table.name }
  if (tables.length > 1) throw new FaultError('more than one symbol table', { section: tables[1]!.name })
  if (table.entsize !== symbolSize || table.size % symbolSize !== 0) {
    throw new FaultError(
      `symbol table of ${table.size} bytes with entries of ${table.entsize}, not ${symbolSize}`,
      place,
    )
  }
  const names = sections[table.link]
  if (names?.type !== SHT.strtab)
    throw new FaultError(`the symbol table's names (section ${table.link}) are not a string table`, place)
  const strings = stringTable(data(names), names.offset)
  const extended = sections.find(({ type, link }) => type === SHT.symtabShndx && link === table.index)
  const indexes =
    extended === undefined
      ? undefined
      : new ByteReader(data(extended), { littleEndian, place: { section: extended.name } })
  const reader = new ByteReader(data(table), { littleEndian, place })
  const symbols: ElfSymbol[] = []
  for (let index = 0; index < table.size / symbolSize; index++) {
    const nameOffset = reader.u32()
    const info = reader.u8()
    const visibility = reader.u8() & 3
    let shndx = reader.u16()
    const value = reader.u64()
    const size = reader.u64()
    if (shndx === SHN.xindex && indexes !== undefined) {
      indexes.seek(index * 4)
      shndx = indexes.u32()
      if (shndx >= sections.length)
        throw new FaultError(`symbol ${index} lies in section ${shndx} of ${sections.length}`, place)
    } else if (shndx >= sections.length && shndx < SHN.loreserve) {
      throw new FaultError(`symbol ${index} lies in section ${shndx} of ${sections.length}`, place)
    }
    const name = strings(nameOffset, `the name of symbol ${index}`)
    const bind = bindNames[info >> 4] ?? info >> 4
    const type = typeNames[info & 15] ?? info & 15
    symbols.push({ index, name, value, size, bind, type, visibility, shndx })
  }
  return symbols
}

function readRelocations(
  sections: readonly ElfSection[],
  data: (section: ElfSection) => Uint8Array,
  { littleEndian }: { readonly littleEndian: boolean },
  symbolCount: number,
): Map<number, ElfRelocation[]> {
  const bySection = new Map<number, ElfRelocation[]>()
  for (const section of sections) {
    if (section.type !== SHT.rel && section.type !== SHT.rela) continue
    // A linked file's dynamic relocations name no section and use another symbol table.
    if (section.info === 0 || sections[section.link]?.type !== SHT.symtab) continue
    const place = { section: section.name }
    const target = sections[section.info]
    if (target === undefined)
      throw new FaultError(`relocations for section ${section.info} of ${sections.length}`, place)
    const withAddend = section.type === SHT.rela
    const entry = withAddend ? 24 : 16
    if (section.entsize !== entry || section.size % entry !== 0) {
      throw new FaultError(
        `${section.size} bytes of relocations with entries of ${section.entsize}, not ${entry}`,
        place,
      )
    }
    const reader = new ByteReader(data(section), { littleEndian, place })
    const list = bySection.get(target.index) ?? []
    bySection.set(target.index, list)
    for (let i = 0; i < section.size / entry; i++) {
      const byte = reader.offset
      const offset = reader.u64()
      const info = reader.u64()
      const addend = withAddend ? reader.i64() : 0n
      const symbol = Number(info >> 32n)
      if (symbol >= symbolCount)
        throw new FaultError(`relocation ${i} names symbol ${symbol} of ${symbolCount}`, { ...place, byte })
      if (offset >= BigInt(Math.max(1, target.size))) {
        throw new FaultError(
          `relocation ${i} lies at 0x${offset.toString(16)}, outside ${target.name} (${target.size} bytes)`,
          { ...place, byte },
        )
      }
      list.push({ offset: Number(offset), symbol, type: Number(info & 0xffffffffn), addend })
    }
  }
  return bySection
}
