// SPDX-License-Identifier: Apache-2.0
// Objects that ask for much more than their size: each a few kilobytes to a megabyte, once found (or feared) to take minutes or gigabytes.
// `bench/hostile.ts` measures them; the tests here hold what they do to counts.
import { BtfBuilder } from '../../src/btf/index.ts'
import { makeExt, makeObject, type NewFunction } from './build.ts'

export interface Attack {
  readonly name: string
  /** What grows. */
  readonly what: string
  readonly kernel?: '7.3'
  /** The kernel walks as many instructions: time is not held against us. */
  readonly walks?: true
  readonly bytes: () => Uint8Array
}

const EXIT = 'r0 = 0\nexit'
const repeat = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n')
const main = (code: string, section = 'socket'): NewFunction => ({ name: 'main_prog', section, code })

/** `levels` functions, each calling the next `fan` times. */
export function callTree(levels: number, fan: number): Uint8Array {
  const functions = Array.from({ length: levels }, (_, i): NewFunction => {
    const calls = i + 1 < levels ? `${repeat(fan, () => `call g${i + 1}`)}\n` : ''
    return { name: `g${i}`, section: '.text', code: `${calls}${EXIT}` }
  })
  return withTypes([main(`${repeat(fan, () => 'call g0')}\n${EXIT}`), ...functions])
}

/** Two global functions that call each other. */
export const recursion = (): Uint8Array =>
  withTypes([
    main(`call g0\n${EXIT}`),
    { name: 'g0', section: '.text', code: `call g1\n${EXIT}` },
    { name: 'g1', section: '.text', code: `call g0\n${EXIT}` },
  ])

/** The object with a type and a record for every function, all global, without arguments. */
function withTypes(functions: readonly NewFunction[]): Uint8Array {
  const btf = new BtfBuilder()
  const proto = btf.funcProto(btf.int('int', 4, { signed: true }), [])
  const records = new Map<string, number[][]>()
  const at = new Map<string, number>()
  for (const { name, section, code } of functions) {
    const start = at.get(section) ?? 0
    at.set(section, start + 8 * code.split('\n').length)
    records.set(section, [...(records.get(section) ?? []), [start, btf.func(name, proto, 'global')]])
  }
  const funcs = [...records].map(([section, list]) => [btf.string(section), list] as const)
  return makeObject({ functions, btf: btf.bytes(), ext: makeExt({ funcs }) })
}

/** A chain of jumps that leads backward: what is live at its end gets to its start by one jump a sweep from the end. */
export function backwardJumps(count: number): Uint8Array {
  const blocks = repeat(count, (i) => `b${count - 1 - i}:\ngoto ${i === 0 ? 'use' : `b${count - i}`}`)
  return makeObject({ functions: [main(`r7 = 1\ngotol b0\nuse:\nr0 = r7\nexit\n${blocks}`)] })
}

/** Line records that all name the end of one long text, each at another place of it. */
export function longLines(count: number, length: number): Uint8Array {
  const btf = new BtfBuilder()
  const int = btf.int('int', 4, { signed: true })
  const id = btf.func('main_prog', btf.funcProto(int, []), 'global')
  const section = btf.string('socket')
  const text = btf.string('x'.repeat(length))
  const file = btf.string('a.c')
  const ext = makeExt({
    funcs: [[section, [[0, id]]]],
    lines: [
      [section, Array.from({ length: count }, (_, i) => [8 * i, file, text + (i % (length >> 1)), (1 << 10) + i])],
    ],
  })
  const code = `${repeat(count - 2, () => 'r0 = 0')}\n${EXIT}`
  return makeObject({ functions: [main(code)], btf: btf.bytes(), ext })
}

/** Types that all have long names, each the end of the same text. */
export function longNames(count: number, length: number): Uint8Array {
  const btf = new BtfBuilder()
  const int = btf.int('int', 4, { signed: true })
  for (let i = 0; i < count; i++) btf.typedef('t', int)
  const bytes = btf.bytes()
  // the names' offsets are put into a string section that is made longer
  const view = new DataView(bytes.buffer)
  const [typeLength, stringLength] = [view.getUint32(12, true), view.getUint32(20, true)]
  const whole = new Uint8Array(bytes.length + length + 1)
  whole.set(bytes)
  whole.fill(0x61, bytes.length, bytes.length + length)
  const out = new DataView(whole.buffer)
  out.setUint32(20, stringLength + length + 1, true)
  for (let at = 24 + 16; at < 24 + typeLength; at += 12)
    out.setUint32(at, (stringLength + ((at / 12) % (length >> 1))) | 0, true)
  return makeObject({
    functions: [main('call missing_one\nr0 = 0\nexit')],
    btf: whole,
    symbols: [{ name: 'missing_one', bind: 'global' }],
  })
}

/** Many variables of one big struct in SEC(".struct_ops"), all over the same bytes. */
export function structOpsDrafts(count: number, size: number): Uint8Array {
  const btf = new BtfBuilder()
  const int = btf.int('int', 4, { signed: true })
  const ops = btf.struct('tcp_congestion_ops', size, [{ name: 'key', type: int, offset: 0 }])
  const vars = Array.from({ length: count }, (_, i) => btf.var(`v${i}`, ops, 'global'))
  btf.datasec(
    '.struct_ops',
    size,
    vars.map((type) => ({ type, offset: 0, size })),
  )
  return makeObject({
    functions: [main(EXIT)],
    btf: btf.bytes(),
    sections: [{ name: '.struct_ops', flags: 3, data: new Uint8Array(size) }],
    symbols: vars.map((_, i) => ({ name: `v${i}`, section: '.struct_ops', value: 0, size, type: 'object' as const })),
  })
}

/** Map definitions, and as many slots of `.values` as relocations can name. */
export function mapSlots(maps: number, slots: number): Uint8Array {
  const btf = new BtfBuilder()
  const int = btf.int('int', 4, { signed: true })
  const uint = (n: number): number => btf.ptr(btf.array(int, int, n))
  const [type, entries, four] = [uint(12), uint(1), uint(4)]
  const inner = btf.struct('inner', 32, [
    { name: 'type', type: uint(2), offset: 0 },
    { name: 'max_entries', type: entries, offset: 8 },
    { name: 'key_size', type: four, offset: 16 },
    { name: 'value_size', type: four, offset: 24 },
  ])
  const values = btf.array(btf.ptr(inner), int, 0)
  const per = Math.ceil(slots / maps)
  const size = 32 + 8 * per
  const def = btf.struct('def', size, [
    { name: 'type', type, offset: 0 },
    { name: 'max_entries', type: entries, offset: 8 },
    { name: 'key_size', type: four, offset: 16 },
    { name: 'value_size', type: four, offset: 24 },
    { name: 'values', type: values, offset: 32 },
  ])
  const vars = Array.from({ length: maps }, (_, i) => btf.var(`m${i}`, def, 'global'))
  btf.datasec(
    '.maps',
    size * maps,
    vars.map((id, i) => ({ type: id, offset: size * i, size })),
  )
  const relocations = Array.from({ length: maps * per }, (_, i) => ({
    offset: size * Math.floor(i / per) + 32 + 8 * (i % per),
    symbol: `m${maps - 1}`,
    type: R_BPF_64_ABS64,
  }))
  return makeObject({
    functions: [main(EXIT)],
    btf: btf.bytes(),
    sections: [{ name: '.maps', flags: 3, data: new Uint8Array(size * maps), relocations }],
    symbols: vars.map((_, i) => ({ name: `m${i}`, section: '.maps', value: size * i, size, type: 'object' as const })),
  })
}
const R_BPF_64_ABS64 = 2

/** References acquired one after the other, none released. */
export function references(count: number): Uint8Array {
  const btf = new BtfBuilder()
  const int = btf.int('int', 4, { signed: true })
  const uint = (n: number): number => btf.ptr(btf.array(int, int, n))
  const def = btf.struct('def', 16, [
    { name: 'type', type: uint(27), offset: 0 },
    { name: 'max_entries', type: uint(4096), offset: 8 },
  ])
  const rb = btf.var('rb', def, 'global')
  btf.datasec('.maps', 16, [{ type: rb, offset: 0, size: 16 }])
  const acquire = 'r1 = map rb\nr2 = 8\nr3 = 0\ncall 131'
  const code = `${repeat(count, () => acquire)}\n${EXIT}`
  return makeObject({
    functions: [main(code)],
    btf: btf.bytes(),
    sections: [{ name: '.maps', flags: 3, data: new Uint8Array(16) }],
    symbols: [{ name: 'rb', section: '.maps', size: 16, type: 'object' }],
  })
}

/** Numbers that are sums of each other's sums, and an access by the last: its explanation goes back through them. */
export const sums = (count: number): Uint8Array =>
  makeObject({
    functions: [
      main(
        `r6 = *(u32 *)(r1 + 0)\nr7 = *(u32 *)(r1 + 4)\n${repeat(count, (i) => (i % 2 === 0 ? 'r6 += r7' : 'r7 += r6'))}\nr0 = *(u64 *)(r7 + 0)\n${EXIT}`,
      ),
    ],
  })

/** `bpf_core_type_matches` of one struct whose members all have to be compared with all of the kernel's, asked again and again. */
export function typeMatches(records: number): Uint8Array {
  const btf = new BtfBuilder()
  const int = btf.int('int', 4, { signed: true })
  // the right names, the wrong types at the end: whatever matches is looked through first
  const names = [
    'usage',
    'flags',
    'ptrace',
    'on_cpu',
    'prio',
    'static_prio',
    'normal_prio',
    'rt_priority',
    'policy',
    'pid',
    'tgid',
  ]
  const members = Array.from({ length: 200 }, (_, i) => ({ name: names[i % names.length]!, type: int, offset: 4 * i }))
  const task = btf.struct('task_struct', 800, members)
  const id = btf.func('main_prog', btf.funcProto(int, []), 'global')
  const [section, zero] = [btf.string('socket'), btf.string('0')]
  const ext = makeExt({
    funcs: [[section, [[0, id]]]],
    relos: [[section, Array.from({ length: records }, (_, i) => [8 * i, task, zero, 12])]],
  })
  const code = `${repeat(records, () => 'r0 = 1')}\n${EXIT}`
  return makeObject({ functions: [main(code)], btf: btf.bytes(), ext })
}

/** Structs within structs at offset 0: `width` members a level, `levels` deep. */
export function nestedStructs(levels: number, width: number): Uint8Array {
  const btf = new BtfBuilder()
  const int = btf.int('int', 4, { signed: true })
  let inner = btf.struct('s0', 4, [{ name: 'a', type: int, offset: 0 }])
  for (let level = 1; level < levels; level++) {
    inner = btf.union(
      `s${level}`,
      4,
      Array.from({ length: width }, (_, i) => ({ name: `m${i}`, type: inner, offset: 0 })),
    )
  }
  const variable = btf.var('data', inner, 'global')
  btf.datasec('.data', 4, [{ type: variable, offset: 0, size: 4 }])
  const map = 'r1 = map data\nr0 = *(u32 *)(r1 + 0)\nexit'
  return makeObject({
    functions: [main(map)],
    btf: btf.bytes(),
    sections: [{ name: '.data', flags: 3, data: new Uint8Array(4) }],
    symbols: [{ name: 'data', section: '.data', size: 4, type: 'object' }],
  })
}

/** Programs that all call one function, a loop of `rounds`. */
export function manyPrograms(programs: number, rounds: number): Uint8Array {
  const loop: NewFunction = {
    name: 'f',
    section: '.text',
    code: `r1 = ${rounds}\nagain:\nr1 += -1\nif r1 != 0 goto again\n${EXIT}`,
  }
  const mains = Array.from({ length: programs }, (_, i) => ({
    name: `p${i}`,
    section: 'socket',
    code: `call f\n${EXIT}`,
  }))
  return makeObject({ functions: [...mains, loop] })
}

/** Programs of an object with maps that no kernel makes: each program could tell of each. */
export function programsOfBadMaps(programs: number, maps: number): Uint8Array {
  const btf = new BtfBuilder()
  const int = btf.int('int', 4, { signed: true })
  const uint = (n: number): number => btf.ptr(btf.array(int, int, n))
  const def = btf.struct('def', 24, [
    { name: 'type', type: uint(2), offset: 0 },
    { name: 'key_size', type: uint(3), offset: 8 },
    { name: 'max_entries', type: uint(1), offset: 16 },
  ])
  const vars = Array.from({ length: maps }, (_, i) => btf.var(`m${i}`, def, 'global'))
  btf.datasec(
    '.maps',
    24 * maps,
    vars.map((type, i) => ({ type, offset: 24 * i, size: 24 })),
  )
  return makeObject({
    functions: Array.from({ length: programs }, (_, i) => ({ name: `p${i}`, section: 'socket', code: EXIT })),
    btf: btf.bytes(),
    sections: [{ name: '.maps', flags: 3, data: new Uint8Array(24 * maps) }],
    symbols: vars.map((_, i) => ({
      name: `m${i}`,
      section: '.maps',
      value: 24 * i,
      size: 24,
      type: 'object' as const,
    })),
  })
}

export const attacks: readonly Attack[] = [
  { name: 'call-tree', what: '7 functions that call each other 30 times each', bytes: () => callTree(7, 30) },
  {
    name: 'backward-jumps',
    what: '60,000 jumps, each to the one before',
    bytes: () => backwardJumps(60_000),
  },
  {
    name: 'long-lines',
    what: '100,000 line records that share one long text',
    bytes: () => longLines(100_000, 500_000),
  },
  {
    name: 'long-names',
    what: '100,000 types whose names share one long text',
    bytes: () => longNames(100_000, 500_000),
  },
  {
    name: 'struct-ops',
    what: '30,000 struct_ops variables over the same 200 KB',
    bytes: () => structOpsDrafts(30_000, 200_000),
  },
  { name: 'map-slots', what: '20,000 maps with 100,000 initial slots', bytes: () => mapSlots(20_000, 100_000) },
  { name: 'references', what: '30,000 references never released', bytes: () => references(30_000) },
  { name: 'sums', what: '15,000 sums of sums before an access that is refused', bytes: () => sums(15_000) },
  { name: 'type-matches', what: '50,000 CO-RE records that compare task_struct', bytes: () => typeMatches(50_000) },
  { name: 'nested-structs', what: '80 members a level, 6 levels deep', bytes: () => nestedStructs(6, 80) },
  {
    name: 'many-programs',
    what: '20 programs that all walk 700,000 instructions',
    walks: true,
    bytes: () => manyPrograms(20, 350_000),
  },
  {
    name: 'bad-maps',
    what: '8,000 programs and 8,000 maps that are not made',
    bytes: () => programsOfBadMaps(8000, 8000),
  },
]
