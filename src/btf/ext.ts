// SPDX-License-Identifier: Apache-2.0
// .BTF.ext: per section, which function and which source line each instruction belongs to, and the CO-RE records. btf.rst ".BTF.ext section".

import { attempt, FaultError, type Result } from '../fault/index.ts'
import { BTF_MAGIC, BTF_VERSION } from './layout.ts'
import { BtfSection } from './section.ts'
import type { StringTable } from './strings.ts'
import type { Btf, BtfId } from './types.ts'

/** `byte`: offset of the instruction from its section's start. */
export interface ExtFunc {
  readonly byte: number
  readonly typeId: BtfId
  /** What stands in the record behind what is known of it is not all zero. */
  readonly tail?: true
}
export interface ExtLine extends SourceLine {
  readonly byte: number
}
/** Texts are read when asked for: a record is 16 bytes, what it names may be all of the string section. */
export interface SourceLine {
  readonly file: string
  readonly text: string
  readonly line: number
  readonly column: number
  /** Its texts are named beyond the string section: the kernel refuses the record. */
  readonly broken?: true
  readonly tail?: true
}

/** What the kernel's log prints of one text at most (BPF_VERIFIER_TMP_LOG_SIZE), and the spaces it leaves out before it. */
const MOST_TEXT = 2048

interface LineWords {
  readonly file: number
  readonly text: number
  readonly place: number
  readonly tail?: true
}

class Line implements ExtLine {
  readonly byte: number
  readonly line: number
  readonly column: number
  declare readonly broken?: true
  readonly #strings: StringTable
  readonly #file: number
  readonly #text: number
  declare readonly tail?: true
  constructor(strings: StringTable, byte: number, { file, text, place, tail }: LineWords) {
    this.byte = byte
    this.line = place >>> 10
    this.column = place & 0x3ff
    this.#strings = strings
    this.#file = file
    this.#text = text
    if (file >= strings.end || text >= strings.end) this.broken = true
    if (tail === true) this.tail = true
  }
  #fileRead: string | undefined
  #textRead: string | undefined
  get file(): string {
    this.#fileRead ??= this.#begin(this.#file)
    return this.#fileRead
  }
  get text(): string {
    this.#textRead ??= this.#begin(this.#text)
    return this.#textRead
  }
  #begin(offset: number): string {
    return offset < this.#strings.end ? this.#strings.begin(offset, MOST_TEXT) : ''
  }
}

/** enum bpf_core_relo_kind, in order. */
export const coreReloKinds = [
  'field_byte_offset',
  'field_byte_size',
  'field_exists',
  'field_signed',
  'field_lshift_u64',
  'field_rshift_u64',
  'type_id_local',
  'type_id_target',
  'type_exists',
  'type_size',
  'enumval_exists',
  'enumval_value',
  'type_matches',
] as const
export type CoreReloKind = (typeof coreReloKinds)[number]

export interface CoreRelo {
  readonly byte: number
  readonly typeId: BtfId
  /** Access string: `0:1:2` for fields, the enumerator's index for enum values, `0` for types. */
  readonly spec: string
  readonly kind: CoreReloKind
  /** What cannot be right about the record itself: who needs it relocated is refused. */
  readonly broken?: string
}

/** Each map's key is the name of the section the records speak of. */
export interface BtfExt {
  /** Bytes of a record, as the section says. */
  readonly funcSize: number
  readonly lineSize: number
  readonly funcs: ReadonlyMap<string, readonly ExtFunc[]>
  readonly lines: ReadonlyMap<string, readonly ExtLine[]>
  readonly relos: ReadonlyMap<string, readonly CoreRelo[]>
}

/** Reads .BTF.ext of either byte order; `btf` is the object's .BTF, whose strings and types it names. */
export function parseBtfExt(bytes: Uint8Array, btf: Btf): Result<BtfExt> {
  return attempt({ section: '.BTF.ext' }, () => readExt(bytes, btf))
}

function readExt(bytes: Uint8Array, btf: Btf): BtfExt {
  if (!(btf instanceof BtfSection)) throw new FaultError('.BTF.ext needs the BTF that parseBtf or BtfBuilder gave')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 24)
    throw new FaultError(`.BTF.ext is cut short: ${bytes.length} bytes, a header has 24`, { byte: 0 })
  const little = view.getUint16(0, true) === BTF_MAGIC
  if (!little && view.getUint16(0, false) !== BTF_MAGIC) throw new FaultError('not .BTF.ext: wrong magic', { byte: 0 })
  if (view.getUint8(2) !== BTF_VERSION)
    throw new FaultError(`.BTF.ext version ${view.getUint8(2)} is unknown`, { byte: 2 })
  const headerSize = view.getUint32(4, little)
  if (headerSize < 24 || headerSize > bytes.length) {
    throw new FaultError(`.BTF.ext header length ${headerSize} does not fit`, { byte: 4 })
  }

  if (view.getUint8(3) !== 0) throw new FaultError(`.BTF.ext flags ${view.getUint8(3)} are unknown`, { byte: 3 })
  if (headerSize === bytes.length) throw new FaultError('.BTF.ext has nothing behind its header', { byte: 4 })
  // Records are the programs' own: one that names what is not there spoils the program it belongs to, not the section.
  const has = (offset: number): boolean => offset < btf.strings.end

  /**
   * One subsection: a record size, then for each ELF section its name, a count and that many records. A name beyond the strings is of no
   * section; of two parts for one section libbpf takes the first, but for CO-RE.
   */
  const records = <T>(
    headerAt: number,
    least: number,
    what: string,
    read: (at: number, size: number) => T,
  ): { readonly size: number; readonly sections: Map<string, T[]> } => {
    const sections = new Map<string, T[]>()
    if (headerAt + 8 > headerSize) return { size: least, sections }
    let at = headerSize + view.getUint32(headerAt, little)
    const end = at + view.getUint32(headerAt + 4, little)
    if (end === at) return { size: least, sections }
    if ((at - headerSize) % 4 !== 0) throw new FaultError(`${what} is not aligned`, { byte: headerAt })
    if (end > bytes.length || at + 4 > end) throw new FaultError(`${what} ends beyond the input`, { byte: headerAt })
    const size = view.getUint32(at, little)
    if (size < least || size % 4 !== 0)
      throw new FaultError(`${what} has records of ${size} bytes, not ${least}`, { byte: at })
    at += 4
    if (at === end) throw new FaultError(`${what} has no records`, { byte: at })
    while (at < end) {
      if (at + 8 > end) throw new FaultError(`${what} is cut short`, { byte: at })
      const nameAt = view.getUint32(at, little)
      const name = has(nameAt) ? btf.strings.get(nameAt) : ''
      const count = view.getUint32(at + 4, little)
      if (count === 0) throw new FaultError(`${what} of section ${name} has no records`, { byte: at })
      at += 8
      if (at + count * size > end) throw new FaultError(`${what} of section ${name} is cut short`, { byte: at })
      const known = sections.get(name)
      if (name === '' || (known !== undefined && what !== CORE)) {
        at += count * size
        continue
      }
      const list = known ?? []
      for (let i = 0; i < count; i++, at += size) list.push(read(at, size))
      sections.set(name, list)
    }
    return { size, sections }
  }
  const tail = (from: number, to: number): { readonly tail?: true } => {
    for (let at = from; at < to; at++) if (bytes[at] !== 0) return { tail: true }
    return {}
  }
  const u32 = (at: number): number => view.getUint32(at, little)

  const funcs = records(8, 8, 'func_info', (at, size) => ({
    byte: u32(at),
    typeId: u32(at + 4),
    ...tail(at + 8, at + size),
  }))
  const lines = records(
    16,
    16,
    'line_info',
    (at, size) =>
      new Line(btf.strings, u32(at), {
        file: u32(at + 4),
        text: u32(at + 8),
        place: u32(at + 12),
        ...tail(at + 16, at + size),
      }),
  )
  const relos = records(24, 16, CORE, (at) => {
    const [byte, typeId, specAt, code] = [u32(at), u32(at + 4), u32(at + 8), u32(at + 12)]
    const kind = coreReloKinds[code]
    const spec = has(specAt) ? btf.strings.get(specAt) : ''
    const broken =
      kind === undefined
        ? `CO-RE relocation kind ${code} is unknown`
        : typeId >= btf.count
          ? `bad type id ${typeId}, there are ${btf.count}`
          : has(specAt)
            ? undefined
            : `parsing [${typeId}] + <?> failed: -22`
    return { byte, typeId, spec, kind: kind ?? 'field_exists', ...(broken === undefined ? {} : { broken }) }
  })
  return {
    funcSize: funcs.size,
    lineSize: lines.size,
    funcs: funcs.sections,
    lines: lines.sections,
    relos: relos.sections,
  }
}
const CORE = 'core_relo'
