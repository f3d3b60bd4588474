// SPDX-License-Identifier: Apache-2.0
// A relocatable ELF64 file from its parts: enough for objects that tests and tools build, no linker.
import { bindNames, EM, SHF, SHT, typeNames } from './elf-types.ts'

export interface NewSection {
  readonly name: string
  /** SHT_PROGBITS unless told. */
  readonly type?: number
  readonly flags?: number
  readonly data?: Uint8Array
  /** Size of a SHT_NOBITS section. */
  readonly size?: number
  readonly align?: number
  readonly relocations?: readonly NewRelocation[]
}

export interface NewRelocation {
  readonly offset: number
  /** Name of a symbol in `symbols`. */
  readonly symbol: string
  readonly type: number
}

export interface NewSymbol {
  readonly name: string
  /** Name of the section; undefined for an extern. */
  readonly section?: string
  readonly value?: number
  readonly size?: number
  readonly bind?: (typeof bindNames)[number]
  readonly type?: (typeof typeNames)[number]
  readonly visibility?: number
}

export interface NewElf {
  readonly littleEndian?: boolean
  /** EM_BPF unless told. */
  readonly machine?: number
  /** ET_REL unless told. */
  readonly type?: number
  readonly sections: readonly NewSection[]
  readonly symbols?: readonly NewSymbol[]
}

interface Placed {
  readonly name: string
  readonly type: number
  readonly flags: number
  readonly data: Uint8Array
  readonly size: number
  readonly link: number
  readonly info: number
  readonly align: number
  readonly entsize: number
}

const noBytes = new Uint8Array(0)

/** Writes the file. A name that is not there is a mistake of the caller and throws. */
export function writeElf(elf: NewElf): Uint8Array {
  const little = elf.littleEndian ?? true
  const order = (symbol: NewSymbol): number => ((symbol.bind ?? 'global') === 'local' ? 0 : 1)
  // gabi "Symbol Table": local symbols come before all others.
  const symbols = [...(elf.symbols ?? [])].sort((a, b) => order(a) - order(b))
  const symbolIndex = indexByName(symbols, 1)
  const sectionIndex = indexByName(elf.sections, 1)
  const withRelocations = elf.sections.filter(({ relocations }) => (relocations ?? []).length > 0)
  const symtabIndex = 1 + elf.sections.length + withRelocations.length
  const strings = new StringTable()
  const sections: Placed[] = [placed('', SHT.null, noBytes)]
  for (const { name, type = SHT.progbits, flags = 0, data = noBytes, size = data.length, align = 8 } of elf.sections) {
    sections.push({ ...placed(name, type, data), flags, size, align })
  }
  for (const { name, relocations = [] } of withRelocations) {
    const entries = relocations.map(({ offset, symbol, type }) => {
      const info = (BigInt(find(symbolIndex, symbol)) << 32n) | BigInt(type)
      return fields({ little }, [8, BigInt(offset)], [8, info])
    })
    const data = join(entries)
    const info = find(sectionIndex, name)
    sections.push({
      ...placed(`.rel${name}`, SHT.rel, data),
      flags: SHF.infoLink,
      link: symtabIndex,
      info,
      entsize: 16,
    })
  }
  const entries = symbols.map((symbol) => {
    const { name, section, value = 0, size = 0, bind = 'global', type = 'notype', visibility = 0 } = symbol
    const info = (bindNames.indexOf(bind) << 4) | typeNames.indexOf(type)
    const shndx = section === undefined ? 0 : find(sectionIndex, section)
    return fields(
      { little },
      [4, strings.add(name)],
      [1, info],
      [1, visibility],
      [2, shndx],
      [8, BigInt(value)],
      [8, BigInt(size)],
    )
  })
  const symtab = join([new Uint8Array(24), ...entries])
  const firstGlobal = 1 + symbols.filter(({ bind }) => bind === 'local').length
  sections.push({ ...placed('.symtab', SHT.symtab, symtab), link: symtabIndex + 1, info: firstGlobal, entsize: 24 })
  const nameOffsets = [...sections.map(({ name }) => strings.add(name)), strings.add('.strtab')]
  sections.push({ ...placed('.strtab', SHT.strtab, strings.bytes()), align: 1 })
  return layOut(elf, { little }, sections, nameOffsets)
}

function layOut(
  elf: NewElf,
  { little }: { readonly little: boolean },
  sections: readonly Placed[],
  nameOffsets: readonly number[],
): Uint8Array {
  const parts: Uint8Array[] = []
  const headers: Uint8Array[] = []
  let at = 64
  const align = (to: number): void => {
    const padding = (to - (at % to)) % to
    parts.push(new Uint8Array(padding))
    at += padding
  }
  sections.forEach((section, index) => {
    const { type, flags, data, size, link, info, entsize } = section
    if (type !== SHT.null) align(Math.max(1, section.align))
    const offset = type === SHT.null ? 0 : at
    headers.push(
      fields(
        { little },
        [4, nameOffsets[index]!],
        [4, type],
        [8, BigInt(flags)],
        [8, 0n],
        [8, BigInt(offset)],
        [8, BigInt(size)],
        [4, link],
        [4, info],
        [8, BigInt(type === SHT.null ? 0 : section.align)],
        [8, BigInt(entsize)],
      ),
    )
    if (type === SHT.nobits) return
    parts.push(data)
    at += data.length
  })
  align(8)
  const ident = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, little ? 1 : 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)
  const header = fields(
    { little },
    [2, elf.type ?? 1],
    [2, elf.machine ?? EM.bpf],
    [4, 1],
    [8, 0n],
    [8, 0n],
    [8, BigInt(at)],
    [4, 0],
    [2, 64],
    [2, 0],
    [2, 0],
    [2, 64],
    [2, sections.length],
    [2, sections.length - 1],
  )
  return join([ident, header, ...parts, ...headers])
}

function placed(name: string, type: number, data: Uint8Array): Placed {
  return { name, type, flags: 0, data, size: data.length, link: 0, info: 0, align: 8, entsize: 0 }
}

class StringTable {
  private readonly chunks: Uint8Array[] = [new Uint8Array(1)]
  private readonly known = new Map<string, number>([['', 0]])
  private length = 1

  add(text: string): number {
    const found = this.known.get(text)
    if (found !== undefined) return found
    const offset = this.length
    const bytes = new TextEncoder().encode(`${text}\0`)
    this.chunks.push(bytes)
    this.length += bytes.length
    this.known.set(text, offset)
    return offset
  }

  bytes(): Uint8Array {
    return join(this.chunks)
  }
}

function indexByName(items: readonly { readonly name: string }[], from: number): Map<string, number> {
  return new Map(items.map(({ name }, index) => [name, index + from]))
}

function find(indexes: ReadonlyMap<string, number>, name: string): number {
  const index = indexes.get(name)
  if (index === undefined) throw new Error(`writeElf: there is no ${name}`)
  return index
}

/** Numbers one after another, each with its width in bytes; 8-byte ones are BigInt. */
function fields(
  { little }: { readonly little: boolean },
  ...values: readonly (readonly [1 | 2 | 4, number] | readonly [8, bigint])[]
): Uint8Array {
  const bytes = new Uint8Array(values.reduce((total, [width]) => total + width, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const [width, value] of values) {
    if (width === 8) view.setBigUint64(at, value, little)
    else if (width === 4) view.setUint32(at, value, little)
    else if (width === 2) view.setUint16(at, value, little)
    else view.setUint8(at, value)
    at += width
  }
  return bytes
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
