// SPDX-License-Identifier: Apache-2.0
// Raw BTF bytes → `Btf`. btf.rst "Type and String Encoding". Everything the section refers to (names, ids, trailing words) is checked
// here in two passes over the words, so that decoding later cannot fail. What is not checked is meaning: chains may be cyclic, sizes
// may lie; every walk over types is bounded instead.

import { attempt, FaultError, type Result } from '../fault/index.ts'
import { BTF_MAGIC, BTF_VERSION, HEADER_SIZE, kindCode, kindOf, kindTable, vlenOf } from './layout.ts'
import { BtfSection } from './section.ts'
import { StringTable } from './strings.ts'
import type { Btf } from './types.ts'

export interface ParseBtfOptions {
  /** 'vmlinux', a module's name, or the object's file name. */
  readonly name: string
  /** What a split BTF continues: vmlinux for a module. */
  readonly base?: Btf | undefined
  /** The bytes are known good (a bundled profile): references are not checked while opening, only when a type is used. */
  readonly trusted?: boolean
}

/** The kernel's limit on ids (BTF_MAX_TYPE) is 2^20 - 1; larger sections are hostile. */
const MAX_TYPES = 0xf_ffff

/** Opens a BTF section of either byte order. `bytes` are kept and must not change. */
export function parseBtf(bytes: Uint8Array, options: ParseBtfOptions): Result<Btf> {
  return attempt({ section: '.BTF' }, () => openSection(bytes, options))
}

function openSection(bytes: Uint8Array, { name, base, trusted }: ParseBtfOptions): BtfSection {
  if (base !== undefined && !(base instanceof BtfSection)) {
    throw new FaultError('the base of a split BTF must come from parseBtf or BtfBuilder')
  }
  const { littleEndian, typeStart, typeEnd, strStart, strEnd } = readHeader(bytes)
  const strings = new StringTable(readStrings(bytes, strStart, strEnd, { split: base !== undefined }), base?.strings)
  const words = hostWords(bytes, typeStart, typeEnd, { littleEndian })
  const { starts, oddInts } = findTypes(words, typeStart)
  const section = new BtfSection({ name, base, words, starts, strings, oddInts })
  if (section.count > MAX_TYPES)
    throw new FaultError(`BTF has ${section.count} types, the kernel's limit is ${MAX_TYPES}`)
  if (trusted !== true) checkReferences(words, starts, section, typeStart)
  return section
}

interface Header {
  readonly littleEndian: boolean
  readonly typeStart: number
  readonly typeEnd: number
  readonly strStart: number
  readonly strEnd: number
}

function readHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER_SIZE)
    throw new FaultError(`BTF is cut short: ${bytes.length} bytes, a header has ${HEADER_SIZE}`, { byte: 0 })
  const littleEndian = view.getUint16(0, true) === BTF_MAGIC
  if (!littleEndian && view.getUint16(0, false) !== BTF_MAGIC) {
    throw new FaultError(`not BTF: magic is 0x${view.getUint16(0, true).toString(16)}, not 0xeb9f`, { byte: 0 })
  }
  const version = view.getUint8(2)
  if (version !== BTF_VERSION) throw new FaultError(`BTF version ${version} is unknown`, { byte: 2 })
  const headerSize = view.getUint32(4, littleEndian)
  if (headerSize < HEADER_SIZE || headerSize > bytes.length) {
    throw new FaultError(`BTF header length ${headerSize} does not fit`, { byte: 4 })
  }
  const part = (at: number, what: string): readonly [number, number] => {
    const start = headerSize + view.getUint32(at, littleEndian)
    const end = start + view.getUint32(at + 4, littleEndian)
    if (end > bytes.length) {
      throw new FaultError(`BTF ${what} section (bytes ${start} to ${end}) ends beyond the input (${bytes.length})`, {
        byte: at,
      })
    }
    return [start, end]
  }
  const [typeStart, typeEnd] = part(8, 'type')
  const [strStart, strEnd] = part(16, 'string')
  if (typeStart < strEnd && strStart < typeEnd && typeStart < typeEnd && strStart < strEnd) {
    throw new FaultError('BTF type and string sections overlap', { byte: 16 })
  }
  return { littleEndian, typeStart, typeEnd, strStart, strEnd }
}

function readStrings(
  bytes: Uint8Array,
  start: number,
  end: number,
  { split }: { readonly split: boolean },
): Uint8Array {
  const strings = bytes.subarray(start, end)
  if (strings.length === 0 && split) return strings
  if (strings.length === 0 || (!split && strings[0] !== 0)) {
    throw new FaultError('BTF string section does not start with an empty string', { byte: start })
  }
  if (strings[strings.length - 1] !== 0)
    throw new FaultError('BTF string section does not end in NUL', { byte: end - 1 })
  return strings
}

const hostIsLittle = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

/** The type section as words: in place where byte order and alignment allow, else a copy. */
function hostWords(
  bytes: Uint8Array,
  start: number,
  end: number,
  { littleEndian }: { readonly littleEndian: boolean },
): Uint32Array {
  const length = (end - start) / 4
  if (!Number.isInteger(length))
    throw new FaultError('BTF type section is not a whole number of words', { byte: start })
  if (littleEndian === hostIsLittle) {
    const at = bytes.byteOffset + start
    if (at % 4 === 0) return new Uint32Array(bytes.buffer, at, length)
    // a copy whatever the bytes are: Node's Buffer has a `slice` of its own that is none
    return new Uint32Array(Uint8Array.from(bytes.subarray(start, end)).buffer)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start)
  const words = new Uint32Array(length)
  for (let i = 0; i < length; i++) words[i] = view.getUint32(4 * i, littleEndian)
  return words
}

/** Out of the loops below: they run once, before any compiler has seen them. */
const INT = kindCode.int
const ARRAY = kindCode.array
const fixedWords = Uint8Array.from(kindTable, (row) => row.fixed)
const eachWords = Uint8Array.from(kindTable, (row) => row.each)

function findTypes(words: Uint32Array, typeStart: number): { starts: Uint32Array; oddInts: boolean } {
  const starts = new Uint32Array(Math.floor(words.length / 3))
  const kinds = kindTable.length
  let count = 0
  let oddInts = false
  let at = 0
  while (at < words.length) {
    const byte = typeStart + 4 * at
    if (at + 3 > words.length) throw new FaultError(`BTF type section ends inside type ${count + 1}`, { byte })
    const info = words[at + 1]!
    const kind = kindOf(info)
    if (kind === 0 || kind >= kinds) throw new FaultError(`BTF type ${count + 1} has unknown kind ${kind}`, { byte })
    const next = at + 3 + fixedWords[kind]! + eachWords[kind]! * vlenOf(info)
    if (next > words.length) throw new FaultError(`BTF type section ends inside type ${count + 1}`, { byte })
    if (kind === INT && (words[at + 3]! & 0xff_ffff) !== words[at + 2]! * 8) oddInts = true
    starts[count++] = at
    at = next
  }
  return { starts: starts.subarray(0, count), oddInts }
}

/** Which of a repeated element's words are [name, type] (-1: none), by kind code. */
const elementName = Int8Array.from(kindTable, ({ kind }) => (kind === 'datasec' || kind === 'array' ? -1 : 0))
const elementType = Int8Array.from(kindTable, ({ kind }) =>
  kind === 'struct' || kind === 'union' || kind === 'func_proto' ? 1 : kind === 'datasec' ? 0 : -1,
)
const refersTo = Uint8Array.from(kindTable, (row) => (row.refers ? 1 : 0))

const tagKind = Uint8Array.from(kindTable, ({ kind }) => (kind === 'decl_tag' || kind === 'type_tag' ? 1 : 0))

/** The kernel takes names of 511 bytes (KSYM_NAME_LEN); what is much longer is there to be read over and over. Tags may be of any length. */
const MAX_NAME = 4096
const LONG = `has a name of more than ${MAX_NAME} bytes`

/** Whether an offset is that of a string longer than a name may be; undefined: none is. */
function longStrings({ bytes, start }: StringTable): ((offset: number) => boolean) | undefined {
  const spans: { readonly from: number; readonly to: number }[] = []
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0, from)
    if (end < 0) break
    if (end - from > MAX_NAME) spans.push({ from: start + from, to: start + end - MAX_NAME })
    from = end + 1
  }
  if (spans.length === 0) return undefined
  return (offset) => {
    let low = 0
    let high = spans.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (spans[middle]!.to <= offset) low = middle + 1
      else high = middle
    }
    return spans[low] !== undefined && spans[low]!.from <= offset
  }
}

/** Every name is inside the string section and every type id inside the type section. */
function checkReferences(words: Uint32Array, starts: Uint32Array, section: BtfSection, typeStart: number): void {
  const { count, firstId } = section
  const nameEnd = section.strings.end
  const tooLong = longStrings(section.strings)
  const wrong = (index: number, what: string): never => {
    throw new FaultError(`BTF type ${firstId + index} ${what}`, { byte: typeStart + 4 * starts[index]! })
  }
  for (let index = 0; index < starts.length; index++) {
    const at = starts[index]!
    if (words[at]! >= nameEnd) wrong(index, `has its name at ${words[at]}, beyond the string section (${nameEnd})`)
    const info = words[at + 1]!
    const kind = kindOf(info)
    if (tooLong !== undefined && tagKind[kind] === 0 && tooLong(words[at]!)) wrong(index, LONG)
    if (refersTo[kind] === 1 && words[at + 2]! >= count)
      wrong(index, `refers to type ${words[at + 2]}, there are ${count}`)
    const each = eachWords[kind]!
    if (each === 0) {
      if (kind === ARRAY && (words[at + 3]! >= count || words[at + 4]! >= count)) {
        wrong(index, `is an array of type ${words[at + 3]} by ${words[at + 4]}, there are ${count}`)
      }
      continue
    }
    const nameAt = elementName[kind]!
    const typeAt = elementType[kind]!
    const end = at + 3 + each * vlenOf(info)
    for (let element = at + 3; element < end; element += each) {
      if (nameAt >= 0 && words[element + nameAt]! >= nameEnd)
        wrong(index, 'has a member named beyond the string section')
      if (tooLong !== undefined && nameAt >= 0 && tooLong(words[element + nameAt]!)) wrong(index, LONG)
      if (typeAt >= 0 && words[element + typeAt]! >= count) {
        wrong(index, `has a member of type ${words[element + typeAt]}, there are ${count}`)
      }
    }
  }
}
