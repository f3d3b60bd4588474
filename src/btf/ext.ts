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
}

/** What the kernel's log prints of one text at most (BPF_VERIFIER_TMP_LOG_SIZE), and the spaces it leaves out before it. */
const MOST_TEXT = 2048

class Line implements ExtLine {
  readonly byte: number
  readonly line: number
  readonly column: number
  declare readonly broken?: true
  readonly #strings: StringTable
  readonly #file: number
  readonly #text: number
  constructor(strings: StringTable, byte: number, file: number, text: number, place: number) {
    this.byte = byte
    this.line = place >>> 10
    this.column = place & 0x3ff
    this.#strings = strings
    this.#file = file
    this.#text = text
    if (file >= strings.end || text >= strings.end) this.broken = true
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

  const stringAt = (offset: number, byte: number): string => {
    if (offset >= btf.strings.end)
      throw new FaultError(`string offset ${offset} is beyond the string section`, { byte })
    return btf.strings.get(offset)
  }
  // Records are the programs' own: one that names what is not there spoils the program it belongs to, not the section.
  const has = (offset: number): boolean => offset < btf.strings.end

  /** One subsection: a record size, then for each ELF section its name, a count and that many records. */
  const records = <T>(headerAt: number, least: number, what: string, read: (at: number) => T): Map<string, T[]> => {
    const sections = new Map<string, T[]>()
    if (headerAt + 8 > headerSize) return sections
    let at = headerSize + view.getUint32(headerAt, little)
    const end = at + view.getUint32(headerAt + 4, little)
    if (end === at) return sections
    if (end > bytes.length || at + 4 > end) throw new FaultError(`${what} ends beyond the input`, { byte: headerAt })
    const size = view.getUint32(at, little)
    if (size < least || size % 4 !== 0)
      throw new FaultError(`${what} has records of ${size} bytes, not ${least}`, { byte: at })
    at += 4
    while (at < end) {
      if (at + 8 > end) throw new FaultError(`${what} is cut short`, { byte: at })
      const name = stringAt(view.getUint32(at, little), at)
      const count = view.getUint32(at + 4, little)
      if (count === 0) throw new FaultError(`${what} of section ${name} has no records`, { byte: at })
      at += 8
      if (at + count * size > end) throw new FaultError(`${what} of section ${name} is cut short`, { byte: at })
      const list = sections.get(name) ?? []
      for (let i = 0; i < count; i++, at += size) list.push(read(at))
      sections.set(name, list)
    }
    return sections
  }
  const u32 = (at: number): number => view.getUint32(at, little)

  return {
    funcs: records(8, 8, 'func_info', (at) => ({ byte: u32(at), typeId: u32(at + 4) })),
    lines: records(16, 16, 'line_info', (at) => new Line(btf.strings, u32(at), u32(at + 4), u32(at + 8), u32(at + 12))),
    relos: records(24, 16, 'core_relo', (at) => {
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
    }),
  }
}
