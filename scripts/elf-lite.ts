// SPDX-License-Identifier: Apache-2.0
// Sections and symbols of a trusted little-endian ELF64 file: enough for the scripts, which read kernel builds of our own choosing.

export interface LiteSection {
  readonly index: number
  readonly address: bigint
  readonly link: number
  readonly bytes: Uint8Array
}

export function elfSections(file: Uint8Array): ReadonlyMap<string, LiteSection> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const table = Number(view.getBigUint64(0x28, true))
  const count = view.getUint16(0x3c, true)
  const header = (i: number) => {
    const at = table + i * 64
    const offset = Number(view.getBigUint64(at + 24, true))
    const size = view.getUint32(at + 4, true) === 8 ? 0 : Number(view.getBigUint64(at + 32, true))
    return {
      name: view.getUint32(at, true),
      address: view.getBigUint64(at + 16, true),
      link: view.getUint32(at + 40, true),
      bytes: file.subarray(offset, offset + size),
    }
  }
  const names = header(view.getUint16(0x3e, true)).bytes
  const sections = new Map<string, LiteSection>()
  for (let i = 0; i < count; i++) {
    const { name, ...rest } = header(i)
    sections.set(text(names, name), { index: i, ...rest })
  }
  return sections
}

export function elfSymbols(file: Uint8Array): readonly { name: string; value: bigint; section: number }[] {
  const sections = elfSections(file)
  const table = sections.get('.symtab')
  if (table === undefined) return []
  const strings = [...sections.values()].find(({ index }) => index === table.link)!.bytes
  const view = new DataView(table.bytes.buffer, table.bytes.byteOffset, table.bytes.byteLength)
  return Array.from({ length: table.bytes.length / 24 }, (_, i) => ({
    name: text(strings, view.getUint32(i * 24, true)),
    section: view.getUint16(i * 24 + 6, true),
    value: view.getBigUint64(i * 24 + 8, true),
  }))
}

const text = (bytes: Uint8Array, at: number): string =>
  new TextDecoder('latin1').decode(bytes.subarray(at, bytes.indexOf(0, at)))
