// SPDX-License-Identifier: Apache-2.0
// BTF and BTF.ext, taken apart into types and records, spoilt, and put together again with lengths that fit.
import { nasty } from '../text/nasty.ts'
import { type Draft, onObject } from './elf-kinds.ts'
import { extremes } from './mutate.ts'
import { type Kind, one, type Pick } from './world.ts'

/** Words after the first three: fixed, and for each of vlen; by kind. */
const shapes: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, 0],
  [0, 0],
  [3, 0],
  [0, 3],
  [0, 3],
  [0, 2],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 2],
  [1, 0],
  [0, 3],
  [0, 0],
  [1, 0],
  [0, 0],
  [0, 3],
]

interface Types {
  types: number[][]
  strings: Uint8Array
}

function takeApart(btf: Uint8Array, little: boolean): Types {
  const view = new DataView(btf.buffer, btf.byteOffset, btf.length)
  const word = (at: number) => view.getUint32(at, little)
  const start = word(4) + word(8)
  const types: number[][] = []
  for (let at = start; at < start + word(12); ) {
    const info = word(at + 4)
    const [fixed, each] = shapes[(info >>> 24) & 31] ?? [0, 0]
    const length = 3 + fixed + each * (info & 0xffff)
    types.push(Array.from({ length }, (_, i) => word(at + 4 * i)))
    at += 4 * length
  }
  const strings = word(4) + word(16)
  return { types, strings: btf.slice(strings, strings + word(20)) }
}

function putTogether({ types, strings }: Types, little: boolean): Uint8Array {
  const words = types.flat()
  const bytes = new Uint8Array(24 + 4 * words.length + strings.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 0xeb9f, little)
  bytes[2] = 1
  ;[24, 0, 4 * words.length, 4 * words.length, strings.length].forEach((word, i) =>
    view.setUint32(4 + 4 * i, word, little),
  )
  words.forEach((word, i) => view.setUint32(24 + 4 * i, word >>> 0, little))
  bytes.set(strings, 24 + 4 * words.length)
  return bytes
}

const withVlen = (info: number, vlen: number): number => ((info & 0xffff_0000) | (vlen & 0xffff)) >>> 0

type Way = (btf: Types, pick: Pick) => string

const ways: readonly Way[] = [
  ({ types }, pick) => {
    const type = one(pick, types)
    const at = pick(type.length)
    type[at] = pick(3) === 0 ? one(pick, extremes) : pick(types.length + 4)
    return `word ${at} of type ${types.indexOf(type) + 1}`
  },
  ({ types }, pick) => {
    const type = one(pick, types)
    type[1] = (((pick(8) === 0 ? 1 : 0) << 31) | (pick(20) << 24) | (type[1]! & 0xffff)) >>> 0
    const [fixed, each] = shapes[(type[1] >>> 24) & 31]!
    const length = 3 + fixed + each * (type[1] & 0xffff)
    while (type.length < length) type.push(pick(types.length))
    type.length = length
    return `kind of type ${types.indexOf(type) + 1}`
  },
  ({ types }, pick) => {
    const type = one(pick, types)
    const [, each] = shapes[(type[1]! >>> 24) & 31]!
    if (each === 0) return 'nothing'
    const vlen = type[1]! & 0xffff
    const more = one(pick, [0, 1, vlen + 1, vlen + 2, 40, 300])
    type[1] = withVlen(type[1]!, more)
    const member = type.slice(-each)
    while (type.length < 3 + each * more) type.push(...(pick(2) === 0 ? member : member.map(() => pick(types.length))))
    type.length = 3 + each * more
    return `${more} members of type ${types.indexOf(type) + 1}`
  },
  ({ types }, pick) => {
    // A type of itself, or of one that is of it.
    const [a, b] = [pick(types.length), pick(types.length)]
    for (const [type, of] of [
      [types[a]!, b + 1],
      [types[b]!, a + 1],
    ] as const) {
      const kind = (type[1]! >>> 24) & 31
      if (kind === 4 || kind === 5) for (let i = 4; i < type.length; i += 3) type[i] = of
      else if (kind === 3) type[3] = of
      else type[2] = of
    }
    return `types ${a + 1} and ${b + 1} of each other`
  },
  ({ types }, pick) => {
    // A chain or a tree, as long as it comes to.
    const kind = one(pick, [2, 3, 4, 4, 5, 8, 9, 10, 18])
    const length = one(pick, [5, 40, 70, 300])
    const fan = one(pick, [1, 2, 4])
    for (let i = 0; i < length; i++) {
      const below = i === 0 ? 1 + pick(types.length) : types.length
      if (kind === 3) types.push([0, 3 << 24, 0, below, 1, 1])
      else if (kind === 4 || kind === 5)
        types.push([
          pick(20),
          ((kind << 24) | fan) >>> 0,
          one(pick, [0, 8, 64]),
          ...Array.from({ length: fan }, () => [pick(20), below, 0]).flat(),
        ])
      else types.push([kind === 8 || kind === 18 ? pick(20) : 0, kind << 24, below])
    }
    const user = one(pick, types)
    if (user.length === 3) user[2] = types.length
    else if (user.length >= 6) user[user.length - 2] = types.length
    return `a chain of ${length} of kind ${kind}, ${fan} wide`
  },
  ({ types }, pick) => {
    const at = pick(types.length)
    types.splice(at, 1)
    return `without type ${at + 1}`
  },
  ({ types }, pick) => {
    const [at, from] = [pick(types.length), pick(types.length)]
    types.splice(at, pick(2), [...types[from]!])
    return `type ${from + 1} again at ${at + 1}`
  },
  (btf, pick) => {
    const strings = Uint8Array.from(btf.strings)
    const text = new TextEncoder().encode(
      one(pick, [nasty, 'constructor', 'toString', '__proto__', 'bpf_spin_lock', 'kptr', '$', '9']),
    )
    const at = 1 + pick(strings.length - 1)
    strings.set(text.subarray(0, Math.min(text.length, strings.length - at - 1)), at)
    btf.strings = strings
    return `string at ${at}`
  },
]

/** Types: of other kinds, of each other, deep, wide, twice, gone. */
export const types: Kind = (world, pick) =>
  onObject(world, pick, (draft) => {
    const section = draft.section('.BTF')
    if (section === undefined || section.length < 40) return
    const btf = takeApart(section, draft.little)
    if (btf.types.length === 0) return
    for (let left = 1 + pick(3); left > 0; left--) draft.what.push(one(pick, ways)(btf, pick))
    draft.replace('.BTF', putTogether(btf, draft.little))
  })

interface Records {
  size: number
  readonly sections: { name: number; records: number[][] }[]
}

function records(view: DataView, start: number, length: number, little: boolean): Records {
  if (length < 4) return { size: 0, sections: [] }
  const size = view.getUint32(start, little)
  const sections: Records['sections'] = []
  for (let at = start + 4; at + 8 <= start + length; ) {
    const count = view.getUint32(at + 4, little)
    const rows = Array.from({ length: count }, (_, row) =>
      Array.from({ length: size / 4 }, (_, i) => view.getUint32(at + 8 + row * size + 4 * i, little)),
    )
    sections.push({ name: view.getUint32(at, little), records: rows })
    at += 8 + count * size
  }
  return { size, sections }
}

const flat = ({ size, sections }: Records): number[] =>
  sections.length === 0 && size === 0
    ? []
    : [size, ...sections.flatMap(({ name, records }) => [name, records.length, ...records.flat()])]

function spoilRecords(parts: readonly Records[], draft: Draft, pick: Pick): void {
  const which = pick(parts.length)
  const part = parts[which]!
  const section = part.sections.length === 0 ? undefined : one(pick, part.sections)
  const way = pick(8)
  draft.what.push(`records ${which}, way ${way}`)
  if (section === undefined || way === 0) {
    part.size = one(pick, [0, 4, 7, 8, 12, 16, 20, 24, 32, 64, 256])
    part.sections.push({ name: pick(200), records: [Array.from({ length: part.size >> 2 }, () => pick(100))] })
    return
  }
  const row = section.records.length === 0 ? undefined : one(pick, section.records)
  if (way === 1 && row !== undefined) row[pick(row.length)] = pick(3) === 0 ? one(pick, extremes) : pick(200)
  else if (way === 2) section.records.reverse()
  else if (way === 3) section.records.splice(pick(section.records.length + 1), pick(3))
  else if (way === 4 && row !== undefined) section.records.push([...row])
  else if (way === 5) part.sections.push({ name: section.name, records: section.records.map((each) => [...each]) })
  else if (way === 6 && row !== undefined)
    section.records.push(
      ...Array.from({ length: one(pick, [10, 300]) }, (_, i) =>
        row.map((word, at) => (at === 0 ? word + 8 * i : word)),
      ),
    )
  else if (row !== undefined && which === 2) {
    // A CO-RE record of another type, another path, another kind.
    row[1] = pick(120)
    row[2] = pick(400)
    row[3] = pick(15)
  } else section.name = pick(200)
}

/** Records of functions, lines and CO-RE: for other instructions and types, twice, out of order, of odd sizes. */
export const ext: Kind = (world, pick) =>
  onObject(world, pick, (draft) => {
    const section = draft.section('.BTF.ext')
    if (section === undefined || section.length < 24) return
    const { little } = draft
    const view = new DataView(section.buffer)
    const header = view.getUint32(4, little)
    const offsets = header >= 32 ? [8, 16, 24] : [8, 16]
    const parts = offsets.map((at) =>
      records(view, header + view.getUint32(at, little), view.getUint32(at + 4, little), little),
    )
    for (let left = 1 + pick(3); left > 0; left--) spoilRecords(parts, draft, pick)
    const words = parts.map(flat)
    const bytes = new Uint8Array(8 + 8 * words.length + 4 * words.flat().length)
    const out = new DataView(bytes.buffer)
    bytes.set(section.subarray(0, 4))
    out.setUint32(4, 8 + 8 * words.length, little)
    let at = 0
    words.forEach((part, i) => {
      out.setUint32(8 + 8 * i, at, little)
      out.setUint32(12 + 8 * i, 4 * part.length, little)
      part.forEach((word, j) => out.setUint32(8 + 8 * words.length + at + 4 * j, word >>> 0, little))
      at += 4 * part.length
    })
    draft.replace('.BTF.ext', bytes)
  })
