// SPDX-License-Identifier: Apache-2.0
// A program of text to a BPF object, for one kernel: the prototypes of kfuncs it calls and the offsets it names by member are that kernel's.
import { type Btf, BtfBuilder, type BtfId, formatFunc, type NewBtfType } from '../../../src/btf/index.ts'
import { type CReader, cdeclToBtf } from '../../../src/cdecl/index.ts'
import type { Kernel } from '../../../src/kernel/index.ts'
import { helperId, mapType } from '../../../src/uapi/index.ts'
import { makeExt, makeObject } from '../../hostile/build.ts'
import { MAIN, type TestFunction, type TestProgram } from './format.ts'

export interface Built {
  readonly bytes: Uint8Array
  /** By function, in its slots' order, the line (index in the program's lines) of each. */
  readonly lines: ReadonlyMap<string, readonly number[]>
}

/** Structs that kernels know by name: C without a header. */
const known: ReadonlyMap<string, string> = new Map([
  ['bpf_spin_lock', '{ u32 val; }'],
  ['bpf_res_spin_lock', '{ u32 val; }'],
  ['bpf_timer', '{ u64 opaque[2]; }'],
  ['bpf_wq', '{ u64 opaque[2]; }'],
  ['bpf_task_work', '{ u64 opaque; }'],
  ['bpf_list_head', '{ u64 opaque[2]; }'],
  ['bpf_list_node', '{ u64 opaque[3]; }'],
  ['bpf_rb_root', '{ u64 opaque[2]; }'],
  ['bpf_rb_node', '{ u64 opaque[4]; }'],
  ['bpf_refcount', '{ u32 opaque[1]; }'],
  ['bpf_dynptr', '{ u64 opaque[2]; }'],
])

export function buildProgram(program: TestProgram, kernel: Kernel, reader: CReader): Built {
  const names = new Set(program.functions.map(({ name }) => name))
  const kfuncs = [
    ...new Set(program.functions.flatMap(({ code }) => code.flatMap(({ text }) => calleeOf(text) ?? []))),
  ].filter((name) => !names.has(name) && helperId(name) === undefined)
  const types = typesOf(program, kfuncs, kernel, reader)
  const btf = new BtfBuilder()
  for (let id = 1; id < types.count; id++) btf.add(withLinkage(types.type(id), program.functions))
  const id = (name: string, ...kinds: Parameters<Btf['find']>[1][]): BtfId => {
    const found = types.find(name, ...kinds)
    if (found === undefined) throw new Error(`no type ${name}`)
    return found
  }
  for (const tag of program.tags) addTag(btf, types, tag)
  // as the kernel's selftests ask for them: read by who asks a kernel, which loads with them
  for (const flag of program.flags) btf.declTag(`comment:test_prog_flags=${flag}`, id(MAIN, 'func'), -1)
  for (const { name, prototype } of program.functions) {
    argTags(prototype).forEach((tags, i) => {
      for (const tag of tags) btf.declTag(`arg:${tag}`, id(name, 'func'), i)
    })
  }
  const maps = addMaps(btf, types, program.maps)
  const vars = addVars(btf, types, program.vars)
  if (kfuncs.length > 0)
    btf.datasec(
      '.ksyms',
      0,
      kfuncs.map((name) => ({ type: id(name, 'func'), offset: 0, size: 0 })),
    )

  const lines = new Map<string, number[]>()
  const functions = program.functions.map(({ name, linkage, code }) => {
    const slots: number[] = []
    const text = code.map(({ text: statement, at }) => {
      const plain = plainly(statement, { kernel, types, names })
      for (let n = slotsOf(plain); n > 0; n--) slots.push(at)
      return plain
    })
    lines.set(name, slots)
    return {
      name,
      section: linkage === 'main' ? program.section : '.text',
      code: text.join('\n'),
      bind: 'global' as const,
    }
  })
  const records = (section: string): (readonly [number, number])[] => {
    let at = 0
    return functions
      .filter((one) => one.section === section)
      .map(({ name }) => {
        const record = [at, id(name, 'func')] as const
        at += 8 * lines.get(name)!.length
        return record
      })
  }
  const funcs = [...new Set(functions.map(({ section }) => section))].map(
    (section) => [btf.string(section), records(section)] as const,
  )
  const bytes = makeObject({
    license: program.license,
    functions,
    btf: btf.bytes(),
    ext: makeExt({ funcs }),
    sections: [...maps.sections, ...vars.sections],
    symbols: [...maps.symbols, ...vars.symbols, ...kfuncs.map((name) => ({ name }))],
  })
  return { bytes, lines }
}

const calleeOf = (text: string): string | undefined => /^(?:\w+:\s*)?call ([A-Za-z_]\w*)$/.exec(text)?.[1]

interface Names {
  readonly kernel: Kernel
  readonly types: Btf
  readonly names: ReadonlySet<string>
}

/** The statement as the object builder reads it: helpers by number, symbols named, `typeid(x)` and `task_struct.pid` numbers. */
function plainly(text: string, { kernel, types }: Names): string {
  const callee = calleeOf(text)
  const helper = callee === undefined ? undefined : helperId(callee)
  if (helper !== undefined) return text.replace(/call .*/, `call ${helper}`)
  return text
    .replace(/\btypeid\((\w+)\)/, (_, name: string) => String(types.find(name, 'struct', 'int', 'union')))
    .replace(/\b([a-z_]\w*)\.([a-z_]\w*)\b/, (_, struct: string, member: string) =>
      String(offsetOf(struct, member, [types, kernel.btf])),
    )
    .replace(/^(.*r\d+ = )([A-Za-z_]\w*) ll$/, '$1map $2')
}

function offsetOf(struct: string, member: string, sections: readonly Btf[]): number {
  for (const btf of sections) {
    const id = btf.find(struct, 'struct')
    const found = id === undefined ? undefined : memberOffset(btf, id, member)
    if (found !== undefined) return found
  }
  throw new Error(`no ${struct}.${member}`)
}

/** In bytes; anonymous members are looked through. */
function memberOffset(btf: Btf, id: BtfId, name: string): number | undefined {
  const type = btf.type(id)
  if (type.kind !== 'struct' && type.kind !== 'union') return undefined
  for (const member of type.members) {
    if (member.name === name) return member.bitOffset / 8
    const inner = member.name === '' ? memberOffset(btf, member.type, name) : undefined
    if (inner !== undefined) return member.bitOffset / 8 + inner
  }
  return undefined
}

/** A label alone takes none. */
function slotsOf(text: string): number {
  const statement = text.replace(/^[A-Za-z_]\w*:\s*/, '')
  if (statement === '') return 0
  return / ll$|= map /.test(statement) ? 2 : 1
}

/** Everything that is C: what the author declares, prototypes of kfuncs, a typedef for the key and value of each map and for each variable. */
function typesOf(program: TestProgram, kfuncs: readonly string[], kernel: Kernel, reader: CReader): Btf {
  const prototypes = kfuncs.map((name) => {
    const btf = [kernel.btf, ...kernel.modules].find((one) => one.find(name, 'func') !== undefined)
    return btf === undefined
      ? `void ${name}(void)`
      : formatFunc(btf, btf.find(name, 'func')!).replaceAll(' __address_space(1)', '')
  })
  const written = [
    ...program.c,
    ...program.maps.flatMap((map) => {
      const { name, key, value } = mapOf(map)
      const typed = [
        ['key', key],
        ['value', value],
      ] as const
      return typed.flatMap(([what, type]) =>
        type === undefined || /^\d+$/.test(type) ? [] : [`typedef ${type} ${name}__${what};`],
      )
    }),
    ...program.vars.map((text) => {
      const { name, type } = varOf(text)
      return `typedef ${type} ${name}__type;`
    }),
    ...prototypes.map((one) => `${one};`),
    ...program.functions.map(({ prototype }) => `${prototype.replace(/ __arg_\w+/g, '')};`),
  ].join('\n')
  const structs = [...new Set([...written.matchAll(/\bstruct (\w+)/g)].map((match) => match[1]!))]
  const undefinedStructs = structs.filter((name) => !new RegExp(`struct ${name}\\s*\\{`).test(written))
  const definitions = undefinedStructs.map((name) => `struct ${name} ${known.get(name) ?? '{ }'};`)
  const unit = reader.parse([...definitions, written].join('\n'), `${program.title}.c`)
  if (!unit.ok) throw new Error(`${unit.fault.what}\n${written}`)
  const btf = cdeclToBtf(unit.value, { name: program.title })
  if (!btf.ok) throw new Error(`${btf.fault.what}\n${written}`)
  return btf.value
}

function withLinkage({ id: _, ...type }: ReturnType<Btf['type']>, functions: readonly TestFunction[]): NewBtfType {
  if (type.kind !== 'func') return type as NewBtfType
  const own = functions.find(({ name }) => name === type.name)
  return {
    ...type,
    linkage: own === undefined ? 'extern' : own.linkage === 'static' ? 'static' : 'global',
  } as NewBtfType
}

/** `__arg_nonnull` and its kin, by parameter. */
function argTags(prototype: string): string[][] {
  const params = prototype.slice(prototype.indexOf('(') + 1, prototype.lastIndexOf(')')).split(',')
  return params.map((param) => [...param.matchAll(/__arg_(\w+)/g)].map((match) => match[1]!))
}

/** `value.head contains:node:link`, or a variable's or function's name before the tag. */
function addTag(btf: BtfBuilder, types: Btf, text: string): void {
  const [, name, member, tag] = /^(\w+)(?:\.(\w+))? (\S+)$/.exec(text) ?? []
  const id = types.find(name ?? '', 'struct', 'func')
  const type = id === undefined ? undefined : types.type(id)
  if (tag === undefined || type === undefined) throw new Error(`no tag reads like this: ${text}`)
  const component =
    type.kind === 'struct' && member !== undefined ? type.members.findIndex((one) => one.name === member) : -1
  btf.declTag(tag, id!, component)
}

interface Placed {
  readonly sections: { name: string; flags: number; data?: Uint8Array; size?: number; type?: number }[]
  readonly symbols: { name: string; section: string; value: number; size: number; type: 'object' }[]
}

/** `NAME TYPE key=… value=… entries=… flags=…`; key and value are C types, or sizes. */
function mapOf(text: string) {
  const [, name, type, rest] = /^(\w+) (\w+)((?: \w+=.*)?)$/.exec(text) ?? []
  if (name === undefined || type === undefined) throw new Error(`no map reads like this: ${text}`)
  const field = (key: string): string | undefined => new RegExp(` ${key}=(.*?)(?= \\w+=|$)`).exec(rest ?? '')?.[1]
  return { name, type, key: field('key'), value: field('value'), entries: field('entries'), flags: field('flags') }
}

function addMaps(btf: BtfBuilder, types: Btf, maps: readonly string[]): Placed {
  if (maps.length === 0) return { sections: [], symbols: [] }
  const int = btf.int('int', 4, { signed: true })
  const uint = (n: number): BtfId => btf.ptr(btf.array(int, int, n))
  const symbols: Placed['symbols'] = []
  let size = 0
  const entries = maps.map((text) => {
    const { name, type, key, value, entries: most, flags } = mapOf(text)
    const row = mapType(`BPF_MAP_TYPE_${type.toUpperCase()}`)
    if (row === undefined) throw new Error(`no map type ${type}`)
    const fields: [string, BtfId][] = [['type', uint(row.id)]]
    const typed = (what: 'key' | 'value', given: string | undefined): void => {
      if (given === undefined) return
      if (/^\d+$/.test(given)) fields.push([`${what}_size`, uint(Number(given))])
      else fields.push([what, btf.ptr(types.find(`${name}__${what}`, 'typedef')!)])
    }
    typed('key', key)
    typed('value', value)
    if (most !== undefined) fields.push(['max_entries', uint(Number(most))])
    if (flags !== undefined) fields.push(['map_flags', uint(Number(flags))])
    const members = fields.map(([field, id], i) => ({ name: field, type: id, offset: 8 * i }))
    const entry = {
      type: btf.var(name, btf.struct('', 8 * fields.length, members), 'global'),
      offset: size,
      size: 8 * fields.length,
    }
    symbols.push({ name, section: '.maps', value: entry.offset, size: entry.size, type: 'object' })
    size += entry.size
    return entry
  })
  btf.datasec('.maps', size, entries)
  return { sections: [{ name: '.maps', flags: 3, data: new Uint8Array(size) }], symbols }
}

/** `SECTION NAME SIZE C-TYPE` with ` = HEX` behind it, or zeroes. */
function varOf(text: string) {
  const [, section, name, size, type, bytes] = /^(\.[\w.]+) (\w+) (\d+) ([^=]+?)(?: = ([0-9a-f ]+))?$/.exec(text) ?? []
  if (section === undefined || name === undefined || type === undefined)
    throw new Error(`no variable reads like this: ${text}`)
  return { section, name, size: Number(size), type, bytes: Buffer.from((bytes ?? '').replaceAll(' ', ''), 'hex') }
}

function addVars(btf: BtfBuilder, types: Btf, vars: readonly string[]): Placed {
  const placed: Placed = { sections: [], symbols: [] }
  const all = vars.map(varOf)
  for (const section of new Set(all.map((one) => one.section))) {
    let at = 0
    const data: number[] = []
    const entries = all
      .filter((one) => one.section === section)
      .map(({ name, size, bytes }) => {
        const entry = { type: btf.var(name, types.find(`${name}__type`, 'typedef')!, 'global'), offset: at, size }
        placed.symbols.push({ name, section, value: at, size, type: 'object' })
        for (let i = 0; i < size; i++) data[at + i] = bytes[i] ?? 0
        at += size
        return entry
      })
    btf.datasec(section, at, entries)
    const flags = section.startsWith('.rodata') ? 2 : 3
    const nobits = section.startsWith('.bss')
    placed.sections.push({
      name: section,
      flags,
      ...(nobits ? { type: 8, size: at } : { data: Uint8Array.from(data) }),
    })
  }
  return placed
}
