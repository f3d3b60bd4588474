// SPDX-License-Identifier: Apache-2.0
// Names that may be meant: functions, tracepoints and LSM hooks of the kernel like one that is not there, members of a struct under new
// names, sections.

import { type Btf, type BtfId, type BtfKind, essentialName, formatType, resolveType, structOf } from '../btf/index.ts'
import { remembered } from '../fault/index.ts'
import { renamedKfunc } from '../kfunc/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { sectionRules } from '../uapi/index.ts'
import { orList } from './fill.ts'
import { renamedField } from './renamed.ts'
import { nearest } from './text.ts'

/** What a section attaches to. */
export type HookKind = 'function' | 'tracepoint' | 'lsm' | 'iterator'

const prefixes: Readonly<Record<Exclude<HookKind, 'function'>, string>> = {
  tracepoint: 'btf_trace_',
  lsm: 'bpf_lsm_',
  iterator: 'bpf_iter_',
}

/** The hooks of a kernel by kind, as sections name them; found once. */
const hooksOf = remembered((kernel: Kernel): Readonly<Record<HookKind, readonly string[]>> => {
  const { btf } = kernel
  const funcs: string[] = []
  const typedefs: string[] = []
  for (let id = 1; id < btf.count; id++) {
    const type = btf.type(id)
    if (type.kind === 'func' && isHook(type.name)) funcs.push(type.name)
    else if (type.kind === 'typedef') typedefs.push(type.name)
  }
  const listed = [...kernel.functionSet('bpf_lsm_hooks')].filter(isHook)
  const after = (prefix: string, names: readonly string[]): readonly string[] =>
    names.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
  return {
    function: funcs,
    tracepoint: after(prefixes.tracepoint, typedefs),
    lsm: after(prefixes.lsm, listed.length > 0 ? listed : funcs),
    iterator: after(prefixes.iterator, funcs),
  }
})

/** What compilers and the kernel's build make besides, and iterators' kfuncs, are none. */
const isHook = (name: string): boolean => !/\.|^__pfx_|^bpf_iter_.*_(?:new|next|destroy)$/.test(name)

/** Hooks of this kind whose names are like `name`: at most `most`, best first. */
export const nearHooks = (name: string, kind: HookKind, kernel: Kernel, most = 6): readonly string[] =>
  nearNames(name, hooksOf(kernel)[kind], most)

/** All iterators that a kernel has. */
export const iteratorsOf = (kernel: Kernel): readonly string[] => hooksOf(kernel).iterator

/** All LSM hooks that a kernel has. */
export const lsmHooks = (kernel: Kernel): readonly string[] => hooksOf(kernel).lsm

/** Names that have words in common with `name`: at most `most`, best first. */
export function nearNames(name: string, names: readonly string[], most: number): readonly string[] {
  const words = wordsIn(name)
  const scored = names.flatMap((one) => {
    const own = one.split('_')
    const weight = words.reduce((sum, word) => sum + shared(word, own), 0)
    return weight < 3 ? [] : [{ one, weight }]
  })
  scored.sort((a, b) => b.weight - a.weight || a.one.length - b.one.length || (a.one < b.one ? -1 : 1))
  const close = nearest(name, names)
  const isLike = close !== undefined && (words.length < 2 || wordsIn(close).some((word) => words.includes(word)))
  const spelled = isLike ? [close] : []
  return [...new Set([...spelled, ...scored.map(({ one }) => one)])].slice(0, most)
}

/** How much a word has in common with the parts of another name: itself, its beginning (exec of execve), itself with an ending. */
function shared(word: string, parts: readonly string[]): number {
  if (parts.includes(word)) return 2 * word.length
  if (word.length > 3 && parts.some((part) => part.startsWith(word))) return word.length
  const end = parts.find((part) => part.length > 2 && word.endsWith(part))
  if (end !== undefined) return end.length
  const stem = word.slice(0, -2)
  return stem.length > 3 && parts.includes(stem) ? stem.length : 0
}

/** The parts of a name that tell something. */
const wordsIn = (name: string): readonly string[] =>
  name.split('_').filter((word) => word.length > 2 && !['sys', 'x64', 'sched', 'security', 'trace'].includes(word))

/** By which name a kernel has a kfunc that it has not by this one: 'scx_bpf_dsq_insert(), since 6.13'. */
export function renamedWords(name: string, { kfuncs }: Kernel): string | undefined {
  const row = renamedKfunc(name, (one) => kfuncs.has(one))
  if (row === undefined) return undefined
  const { was, is, since, besides } = row
  return was === name
    ? `Since ${since} it is called ${is}()${besides === undefined ? '' : `; ${besides}`}.`
    : `Before ${since} it was called ${was}()${besides === undefined ? '' : `, from which it differs in more than the name`}.`
}

/** A section of libbpf's that is spelled like this one. */
export function nearSection(section: string): string | undefined {
  const [kind = '', ...rest] = section.split('/')
  const kinds = [...new Set(sectionRules.map((row) => row.section.split('/')[0]!))]
  // 'xdp_prog', 'kprobe_exec', 'classifier-in': what others made of a kind's name
  const longest = kinds
    .filter((one) => one.length > 1 && new RegExp(`^${one.replaceAll('.', '\\.')}[-_.:]`).test(kind))
    .sort((a, b) => b.length - a.length)[0]
  const found = nearest(kind, kinds) ?? longest
  return found === undefined ? undefined : [found, ...rest].join('/')
}

/** What a CO-RE relocation asks for, and what this kernel has in its place. */
export interface CoreMissing {
  /** 'struct inode' */
  readonly type: string
  /** The kernel has the type. */
  readonly known: boolean
  /** The member that it lacks, and those of like names that it has. */
  readonly member: string | undefined
  readonly members: string | undefined
  /** The member is there, and of another kind than the program has it: 'task_struct.on_cpu is an int …'. */
  readonly kinds?: string | undefined
  /** The member under its name of today. */
  readonly renamed?: { readonly is: string; readonly since: string } | undefined
  /** A struct of the kernel whose name is like that of one that it lacks. */
  readonly near?: string | undefined
}

/** Of `<byte_off> [74] struct inode___old.i_atime.tv_sec (0:0:0 @ offset 0)`. */
export function coreMissing(asked: string, kernel: Kernel, own: Btf | undefined): CoreMissing | undefined {
  const [, id_, kind, local, path = ''] =
    /\[(\d+)\] (struct|union|enum|enum64|typedef) ([\w$]+)(?:::|\.)?([\w.$[\]]*)/.exec(asked) ?? []
  if (kind === undefined || local === undefined) return undefined
  const name = essentialName(local)
  const kinds: BtfKind[] = kind === 'enum' || kind === 'enum64' ? ['enum', 'enum64'] : [kind as BtfKind]
  const { btf } = kernel
  const id = btf.find(name, ...kinds)
  const type = `${kind} ${name}`
  if (id === undefined)
    return {
      type,
      known: false,
      member: undefined,
      members: undefined,
      near: kind === 'struct' ? nearStruct(name, btf) : undefined,
    }
  const theirs = btf.type(id)
  if (theirs.kind === 'enum' || theirs.kind === 'enum64') {
    const value = nearest(
      path,
      theirs.values.map((one) => one.name),
    )
    return { type, known: true, member: path || undefined, members: value }
  }
  const member = path.replaceAll(/\[\d+\]/g, '').split('.')[0] || undefined
  if (member === undefined) return { type, known: true, member, members: undefined }
  const names = membersOf(btf, id, 0)
  if (names.includes(member)) {
    const parts = path.replaceAll(/\[\d+\]/g, '').split('.')
    const renamed = parts
      .map((_, i) => renamedField(btf, name, parts.slice(0, i + 1).join('.')))
      .find((row) => row !== undefined)
    const local_ = own === undefined ? undefined : { btf: own, id: Number(id_) as BtfId }
    const kinds = local_ === undefined ? undefined : otherKind(parts, local_, { btf, id })
    return { type, known: true, member: path, members: undefined, renamed, kinds }
  }
  const like = names.filter(
    (one) => one.startsWith(`${member}_`) || one.startsWith(member) || one === `__${member}` || one === `_${member}`,
  )
  const close = nearest(member, names)
  return {
    type,
    known: true,
    member,
    renamed: renamedField(btf, name, member),
    members: orAnd(like.length > 0 ? like.slice(0, 4) : close === undefined ? [] : [close]),
  }
}

interface TypeAt {
  readonly btf: Btf
  readonly id: BtfId
}

/** The first member on the way that is of another kind in the kernel than in the program. */
function otherKind(parts: readonly string[], own: TypeAt, theirs: TypeAt): string | undefined {
  let [a, b] = [own, theirs]
  for (const [i, name] of parts.entries()) {
    const [x, y] = [memberNamed(a, name), memberNamed(b, name)]
    if (x === undefined || y === undefined) return undefined
    const [mine, kernels] = [kindWord(x), kindWord(y)]
    if (mine !== kernels)
      return `${parts.slice(0, i + 1).join('.')} is ${spelled(y)} in this kernel, and ${spelled(x)} in the program`
    ;[a, b] = [x, y]
  }
  return undefined
}

function memberNamed({ btf, id }: TypeAt, name: string, depth = 0): TypeAt | undefined {
  for (const member of depth > 8 ? [] : (structOf(btf, id)?.members ?? [])) {
    if (member.name === name) return { btf, id: member.type }
    const within = member.name === '' ? memberNamed({ btf, id: member.type }, name, depth + 1) : undefined
    if (within !== undefined) return within
  }
  return undefined
}

/** Kinds that CO-RE takes for the same: numbers and enums are not, a struct is no pointer. */
const kindWord = ({ btf, id }: TypeAt): string => {
  const { kind } = resolveType(btf, id)
  return kind === 'enum64' ? 'enum' : kind
}

const spelled = ({ btf, id }: TypeAt): string => {
  const text = formatType(btf, id)
  return `${/^[aeiou]/.test(text) ? 'an' : 'a'} ${text}`
}

const structNames = remembered((btf: Btf): readonly string[] => {
  const names: string[] = []
  for (let id = 1; id < btf.count; id++) {
    const type = btf.type(id)
    if (type.kind === 'struct' && type.name.length > 6) names.push(type.name)
  }
  return names
})

/** A struct whose name begins as this one does and differs in its end; the longer the beginning, the better. */
function nearStruct(name: string, btf: Btf): string | undefined {
  const sharing = (part: number): readonly string[] => {
    const start = name.slice(0, Math.ceil(name.length * part))
    return structNames(btf).filter((one) => one.startsWith(start))
  }
  return nearest(name, sharing(0.75)) ?? nearest(name, sharing(0.5))
}

const orAnd = (names: readonly string[]): string | undefined =>
  names.length === 0 ? undefined : orList(names).replace(' or ', ' and ')

/** Names of members, those of anonymous structs and unions among them. */
function membersOf(btf: Btf, id: number, depth: number): readonly string[] {
  const type = structOf(btf, id)
  if (type === undefined || depth > 8) return []
  return type.members.flatMap((member) => {
    if (member.name !== '') return [member.name]
    const inner = resolveType(btf, member.type)
    return inner.kind === 'struct' || inner.kind === 'union' ? membersOf(btf, inner.id, depth + 1) : []
  })
}
