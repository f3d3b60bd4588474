// SPDX-License-Identifier: Apache-2.0
// Changes of what stands around instructions, each of one kind that a compiler, a linker or a person could have made: a member of another
// type, a struct become a union, an attribute of a map, a name, a record, a symbol, a section. Nothing moves, so each is small and told.
import { partsOf } from '../../test/fuzz/mutate.ts'

export type Pick = (below: number) => number

interface Word {
  /** Where the type begins. */
  readonly at: number
  readonly kind: number
  readonly vlen: number
}

/** An object under change. */
interface Draft {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly pick: Pick
  readonly parts: ReturnType<typeof partsOf>['parts']
  readonly types: readonly Word[]
  readonly strings: { readonly start: number; readonly size: number }
}

const [INT, PTR, ARRAY, STRUCT, UNION, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, VAR, DATASEC, DECL_TAG, TYPE_TAG] = [
  1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 14, 15, 17, 18,
]
/** Words behind the first three: fixed, and for each of vlen. */
const shapes: ReadonlyMap<number, readonly [number, number]> = new Map([
  [INT, [1, 0]],
  [ARRAY, [3, 0]],
  [STRUCT, [0, 3]],
  [UNION, [0, 3]],
  [6, [0, 2]],
  [13, [0, 2]],
  [VAR, [1, 0]],
  [DATASEC, [0, 3]],
  [DECL_TAG, [1, 0]],
  [19, [0, 3]],
])
const HEADER = 12

type Edit = (draft: Draft) => string | undefined

const one = <T>(pick: Pick, all: readonly T[]): T | undefined => all[pick(all.length)]
const ofKind = ({ types, pick }: Draft, ...kinds: readonly number[]): Word | undefined =>
  one(
    pick,
    types.filter(({ kind }) => kinds.includes(kind)),
  )
const set = ({ view }: Draft, at: number, value: number): void => view.setUint32(at, value >>> 0, true)
const get = ({ view }: Draft, at: number): number => view.getUint32(at, true)
const idOf = ({ types }: Draft, type: Word): number => types.indexOf(type) + 1
const anyId = ({ types, pick }: Draft): number => pick(types.length + 1)

function member(draft: Draft): { readonly struct: Word; readonly at: number; readonly index: number } | undefined {
  const struct = ofKind(draft, STRUCT, UNION)
  if (struct === undefined || struct.vlen === 0) return undefined
  const index = draft.pick(struct.vlen)
  return { struct, index, at: struct.at + HEADER + 12 * index }
}

/** Each by the name that is told. */
export const edits: Readonly<Record<string, Edit>> = {
  'member type': (draft) => {
    const found = member(draft)
    if (found === undefined) return undefined
    const id = anyId(draft)
    set(draft, found.at + 4, id)
    return `member ${found.index} of type ${idOf(draft, found.struct)} is of type ${id}`
  },
  'member like another': (draft) => {
    const [to, from] = [member(draft), member(draft)]
    if (to === undefined || from === undefined) return undefined
    set(draft, to.at + 4, get(draft, from.at + 4))
    return `member ${to.index} of type ${idOf(draft, to.struct)} is like member ${from.index} of type ${idOf(draft, from.struct)}`
  },
  'member place': (draft) => {
    const found = member(draft)
    if (found === undefined) return undefined
    const by = one(draft.pick, [4, 8, 16, 32, 64, -8, -32, -64])!
    set(draft, found.at + 8, get(draft, found.at + 8) + by)
    return `member ${found.index} of type ${idOf(draft, found.struct)} moved by ${by} bits`
  },
  'struct or union': (draft) => {
    const type = ofKind(draft, STRUCT, UNION)
    if (type === undefined) return undefined
    set(draft, type.at + 4, get(draft, type.at + 4) ^ (1 << 24))
    return `type ${idOf(draft, type)} is a ${type.kind === STRUCT ? 'union' : 'struct'}`
  },
  size: (draft) => {
    const type = ofKind(draft, STRUCT, UNION, INT, DATASEC)
    if (type === undefined) return undefined
    const by = one(draft.pick, [1, 4, 8, -1, -4, -8])!
    set(draft, type.at + 8, get(draft, type.at + 8) + by)
    return `size of type ${idOf(draft, type)} by ${by}`
  },
  'name of another': (draft) => {
    const [to, from] = [one(draft.pick, draft.types), one(draft.pick, draft.types)]
    if (to === undefined || from === undefined) return undefined
    set(draft, to.at, get(draft, from.at))
    return `type ${idOf(draft, to)} is named like type ${idOf(draft, from)}`
  },
  'name of a member': (draft) => {
    const [to, from] = [member(draft), member(draft)]
    if (to === undefined || from === undefined) return undefined
    set(draft, to.at, get(draft, from.at))
    return `member ${to.index} of type ${idOf(draft, to.struct)} is named like another`
  },
  'what is referred to': (draft) => {
    const type = ofKind(draft, PTR, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, VAR, DECL_TAG, TYPE_TAG)
    if (type === undefined) return undefined
    const id = anyId(draft)
    set(draft, type.at + 8, id)
    return `type ${idOf(draft, type)} refers to ${id}`
  },
  modifier: (draft) => {
    const type = ofKind(draft, PTR, TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG)
    if (type === undefined) return undefined
    const kind = one(draft.pick, [PTR, TYPEDEF, VOLATILE, CONST, TYPE_TAG])!
    set(draft, type.at + 4, kind << 24)
    return `type ${idOf(draft, type)} is of kind ${kind}`
  },
  'length of an array': (draft) => {
    const type = ofKind(draft, ARRAY)
    if (type === undefined) return undefined
    const length = one(draft.pick, [
      0,
      1,
      2,
      3,
      4,
      5,
      8,
      9,
      11,
      12,
      13,
      24,
      25,
      27,
      29,
      33,
      64,
      128,
      1024,
      4096,
      65536,
      2 ** 31,
    ])!
    set(draft, type.at + HEADER + 8, length)
    return `array ${idOf(draft, type)} has ${length}`
  },
  'element of an array': (draft) => {
    const type = ofKind(draft, ARRAY)
    if (type === undefined) return undefined
    const id = anyId(draft)
    set(draft, type.at + HEADER, id)
    return `array ${idOf(draft, type)} is of type ${id}`
  },
  'a letter': (draft) => {
    const { bytes, strings, pick } = draft
    const at = strings.start + 1 + pick(Math.max(1, strings.size - 2))
    if (bytes[at] === 0) return undefined
    const letter = one(pick, ['$', '.', ':', '-', 'x', '_', '0', '\u00e9', ' '])!
    bytes[at] = letter.charCodeAt(0)
    return `letter ${at - strings.start} of the strings is '${letter}'`
  },
  'a name cut short': ({ bytes, strings, pick }) => {
    const at = strings.start + 1 + pick(Math.max(1, strings.size - 2))
    if (bytes[at] === 0) return undefined
    bytes[at] = 0
    return `strings end at ${at - strings.start}`
  },
  linkage: (draft) => {
    const type = ofKind(draft, FUNC, VAR)
    if (type === undefined) return undefined
    const linkage = draft.pick(3)
    if (type.kind === FUNC) set(draft, type.at + 4, (FUNC << 24) | linkage)
    else set(draft, type.at + HEADER, linkage)
    return `linkage of type ${idOf(draft, type)} is ${linkage}`
  },
  'what a tag is on': (draft) => {
    const type = ofKind(draft, DECL_TAG)
    if (type === undefined) return undefined
    const component = draft.pick(4) - 1
    set(draft, type.at + HEADER, component)
    return `tag ${idOf(draft, type)} is on ${component}`
  },
  'a variable': (draft) => {
    const section = ofKind(draft, DATASEC)
    if (section === undefined || section.vlen === 0) return undefined
    const word = draft.pick(3)
    const at = section.at + HEADER + 12 * draft.pick(section.vlen) + 4 * word
    set(draft, at, word === 0 ? anyId(draft) : get(draft, at) + one(draft.pick, [1, 4, 8, -4])!)
    return `word ${word} of a variable of section ${idOf(draft, section)}`
  },
  record: (draft) => {
    const part = draft.parts.find(({ name }) => name === '.BTF.ext')
    if (part === undefined || part.size < 60) return undefined
    const at = part.start + 32 + 4 * draft.pick(Math.floor((part.size - 32) / 4))
    const by = one(draft.pick, [1, 4, 8, -8, 16, 256])!
    set(draft, at, get(draft, at) + by)
    return `word ${(at - part.start) / 4} of .BTF.ext by ${by}`
  },
  symbol: (draft) => {
    const part = draft.parts.find(({ name }) => name === '.symtab')
    if (part === undefined || part.size < 48) return undefined
    const at = part.start + 24 * (1 + draft.pick(part.size / 24 - 1))
    const [field, to] = one(draft.pick, [
      [4, 0x11],
      [4, 0x12],
      [4, 0x21],
      [4, 0x02],
      [5, 2],
      [8, 8],
      [16, 8],
    ])!
    draft.bytes[at + field!] = to!
    return `byte ${field} of symbol ${(at - part.start) / 24} is ${to}`
  },
  relocation: (draft) => {
    const part = one(
      draft.pick,
      draft.parts.filter(({ name, size }) => name.startsWith('.rel') && size >= 16 && !name.includes('debug')),
    )
    if (part === undefined) return undefined
    const at = part.start + 16 * draft.pick(Math.floor(part.size / 16))
    if (draft.pick(2) === 0) set(draft, at, get(draft, at) + one(draft.pick, [8, -8, 16])!)
    else set(draft, at + 12, get(draft, at + 12) + one(draft.pick, [1, -1])!)
    return `relocation of ${part.name}`
  },
  section: (draft) => {
    const coded = draft.parts.filter(({ name }) => sections.some((known) => name === known))
    const part = one(draft.pick, coded)
    if (part === undefined) return undefined
    const fits = sections.filter((name) => name.length <= part.name.length && name !== part.name)
    const name = one(draft.pick, fits)
    const at = name === undefined ? -1 : indexOf(draft.bytes, `\0${part.name}\0`)
    if (name === undefined || at < 0) return undefined
    draft.bytes.set(new TextEncoder().encode(name.padEnd(part.name.length, '\0')), at + 1)
    return `section ${part.name} is ${name}`
  },
}

const sections =
  'tc xdp socket kprobe uprobe uprobe.s syscall perf_event raw_tp cgroup/skb cgroup_skb/egress lsm_cgroup sk_msg sockops tp_btf/sched_switch fentry/vfs_read fexit/vfs_read lsm/file_open fmod_ret/bpf_modify_return_test struct_ops struct_ops.s iter/task'.split(
    ' ',
  )

function indexOf(bytes: Uint8Array, text: string): number {
  const wanted = new TextEncoder().encode(text)
  for (let at = 0; at + wanted.length <= bytes.length; at++) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at
  }
  return -1
}

/** One or two changes of a good object, chosen by `pick`. */
export function changed(good: Uint8Array, pick: Pick): { readonly bytes: Uint8Array; readonly what: string } {
  const bytes = good.slice()
  const draft = draftOf(bytes, pick)
  const told: string[] = []
  const all = Object.values(edits)
  for (let left = pick(3) === 0 ? 2 : 1, tries = 0; left > 0 && tries < 20; tries++) {
    const what = one(pick, all)!(draft)
    if (what === undefined) continue
    told.push(what)
    left--
  }
  return { bytes, what: told.join('; ') }
}

function draftOf(bytes: Uint8Array, pick: Pick): Draft {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const { parts } = partsOf(bytes)
  const btf = parts.find(({ name }) => name === '.BTF')
  if (btf === undefined) return { bytes, view, pick, parts, types: [], strings: { start: 0, size: 0 } }
  const word = (at: number): number => view.getUint32(btf.start + at, true)
  const start = btf.start + word(4) + word(8)
  const end = start + word(12)
  const types: Word[] = []
  for (let at = start; at < end; ) {
    const info = view.getUint32(at + 4, true)
    const [kind, vlen] = [(info >>> 24) & 31, info & 0xffff]
    const [fixed, each] = shapes.get(kind) ?? [0, 0]
    types.push({ at, kind, vlen })
    at += HEADER + 4 * (fixed + each * vlen)
  }
  return { bytes, view, pick, parts, types, strings: { start: btf.start + word(4) + word(16), size: word(20) } }
}
