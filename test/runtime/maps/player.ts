// SPDX-License-Identifier: Apache-2.0
// Plays lines of .ops files (README.md) on a machine's maps, and gives the answers that ask.c would.

import { BtfBuilder } from '../../../src/btf/index.ts'
import type { Kernel } from '../../../src/kernel/index.ts'
import type { MapDef } from '../../../src/object/index.ts'
import { mapFault, withinFault } from '../../../src/object/link/map-rules.ts'
import { Core } from '../../../src/runtime/core/core.ts'
import { errno } from '../../../src/runtime/core/errno.ts'
import { createObject, type Fields, setFields } from '../../../src/runtime/core/objects.ts'
import { createMap } from '../../../src/runtime/maps/create.ts'
import type { RuntimeMap } from '../../../src/runtime/maps/map.ts'
import { helperModels } from '../../../src/runtime/helpers/index.ts'
import type { CgroupArrayMap } from '../../../src/runtime/maps/descriptors.ts'
import { loopback } from '../../../src/runtime/objects/net.ts'
import { createSkb } from '../../../src/runtime/objects/skb.ts'
import { programAddress } from '../../../src/runtime/maps/objects.ts'
import { sizeWith } from '../../../src/runtime/maps/one-cpu.ts'
import { mapDelete, mapFreeze, mapLookup, mapNext, mapTake, mapUpdate } from '../../../src/runtime/maps/users.ts'
import { mapType } from '../../../src/uapi/index.ts'

/** What ask.c opens. */
const objects: readonly (readonly [name: string, struct: string, fields: Fields])[] = [
  ['udp', 'udp_sock', { 'inet.sk.sk_protocol': 17, 'inet.sk.__sk_common.skc_state': 7 }],
  ['tcp', 'tcp_sock', { 'inet_conn.icsk_inet.sk.sk_protocol': 6, 'inet_conn.icsk_inet.sk.__sk_common.skc_state': 7 }],
  [
    'listening',
    'tcp_sock',
    { 'inet_conn.icsk_inet.sk.sk_protocol': 6, 'inet_conn.icsk_inet.sk.__sk_common.skc_state': 10 },
  ],
  ['file', 'file', {}],
  ['cgroup', 'cgroup', {}],
  ['pidfd', 'task_struct', {}],
  ['event', 'perf_event', {}],
]

const names = new Map(Object.entries(errno).map(([name, number]) => [number as number, name]))
const errorName = (error: number): string => names.get(-error) ?? `${error}`

export class Player {
  readonly core: Core
  readonly maps = new Map<string, RuntimeMap>()
  /** Addresses, by the name that lines have for them. */
  readonly things = new Map<string, number>()
  private readonly key: number
  private readonly value: number
  private readonly skb: number

  constructor(kernel: Kernel) {
    this.core = new Core(kernel, { cpus: 2 })
    this.key = this.core.memory.allocate(512, 'key')
    this.value = this.core.memory.allocate(8192, 'value')
    this.core.devices = new Set([1])
    for (const [name, struct, fields] of objects) this.things.set(name, createObject(this.core, struct, fields))
    setFields(this.core, this.things.get('file')!, 'file', { f_inode: createObject(this.core, 'inode') })
    this.things.set('bad', 9999)
    this.skb = createSkb(this.core, { data: new Uint8Array(64), device: loopback(this.core) })
    this.core.current = {
      program: 'asks',
      type: 'BPF_PROG_TYPE_SCHED_CLS',
      context: this.skb,
      sleepable: false,
      tailCalls: 0,
      notes: new Map(),
    }
  }

  answer(line: string): string {
    const words = line.trim().split(/\s+/)
    const [op = '', name = ''] = words
    if (op === 'create') return this.create(words)
    if (op === 'prog') return this.program(name, words[2])
    const map = this.maps.get(name)
    if (map === undefined) return 'no such map'
    if (op.startsWith('p:')) return this.helper(op.slice(2), map, words.slice(2))
    return this.command(op, map, words.slice(2))
  }

  private program(name: string, kind = 'tc'): string {
    const type = kind === 'xdp' ? 'BPF_PROG_TYPE_XDP' : 'BPF_PROG_TYPE_SCHED_CLS'
    this.things.set(name, programAddress(this.core, { name, type, place: 0 }))
    return 'ok'
  }

  private create(words: readonly string[]): string {
    const refused = this.judge(words)
    if (refused !== undefined) return refused
    const { def, btf } = this.definition(words)
    const map = createMap(this.core, def, btf)
    this.maps.set(def.name, map)
    this.things.set(def.name, map.address)
    return 'ok'
  }
  /** Why there is no such map; undefined: there is. */
  judge(words: readonly string[]): string | undefined {
    const { def, btf } = this.definition(words)
    const fault = mapFault(def, { btf }) ?? (def.inner === undefined ? undefined : withinFault(def.inner))
    return fault === undefined ? undefined : errorName(Number(/-\d+/.exec(fault.error)?.[0]))
  }

  private definition([, name = '', type = '', key, value, entries, ...rest]: readonly string[]) {
    const option = (word: string): string | undefined =>
      rest.find((text) => text.startsWith(`${word}=`))?.slice(word.length + 1)
    const { def, btf } = definition(name, type, rest)
    const inner = this.maps.get(option('inner') ?? '')
    const full: MapDef = {
      ...def,
      keySize: Number(key),
      valueSize: Number(value),
      maxEntries: Number(entries),
      flags: Number(option('flags') ?? 0),
      mapExtra: BigInt(option('extra') ?? 0),
      ...(inner === undefined ? {} : { inner: inner.def }),
    }
    return { def: full, btf }
  }

  private command(op: string, map: RuntimeMap, words: readonly string[]): string {
    const { core } = this
    const [keyWord = '-'] = words
    const key = keyWord === '-' ? undefined : this.bytes(keyWord, map.def.keySize)
    switch (op) {
      case 'lookup': {
        const bloom = map.def.type.includes('BLOOM')
        const value = bloom && words[1] !== undefined ? this.bytes(words[1], map.userSize) : undefined
        const found = mapLookup(core, map, { key, value, flags: flagsOf(bloom ? words[2] : words[1]) })
        // ask.c shows room for all CPUs
        if (typeof found === 'number' || found.length >= map.userSize) return this.shown(map, found)
        return `ok ${hex(found).padEnd(2 * map.userSize, '0')}`
      }
      case 'take':
        return this.shown(map, mapTake(core, map, { key, flags: flagsOf(words[1]) }))
      case 'update': {
        const updated = flagsOf(words[2])
        const value = this.bytes(words[1] === '-' ? '' : (words[1] ?? ''), sizeWith(core, map, updated))
        return this.shown(map, mapUpdate(core, map, { key, value, flags: updated }))
      }
      case 'delete':
        return this.shown(map, mapDelete(core, map, { key }))
      case 'next': {
        const next = mapNext(core, map, { key })
        return typeof next === 'number' ? errorName(next) : `ok ${hex(next)}`
      }
      case 'keys':
        return this.keys(map)
      case 'freeze':
        return this.shown(map, mapFreeze(map))
      default:
        return 'what?'
    }
  }

  private keys(map: RuntimeMap): string {
    const keys: string[] = []
    let key = mapNext(this.core, map, {})
    for (; typeof key !== 'number'; key = mapNext(this.core, map, { key })) keys.push(hex(key))
    return keys.length === 0 || key !== -errno.ENOENT ? errorName(key) : ['ok', ...keys.sort()].join(' ')
  }

  private shown(map: RuntimeMap, answer: Uint8Array | number): string {
    if (typeof answer === 'number') return answer === 0 ? 'ok' : errorName(answer)
    if (/PROG_ARRAY|OF_MAPS/.test(map.def.type)) {
      const address = new DataView(answer.buffer).getUint32(0, true)
      for (const [name, at] of this.things) if (at === address) return `ok @${name}`
    }
    const alike = answer.length > 64 && answer.every((byte) => byte === answer[0])
    return `ok ${alike ? `${hex(answer.subarray(0, 1))}*${answer.length}` : hex(answer)}`.trim()
  }

  /** What a program gets that calls a helper on the map. */
  private helper(name: string, map: RuntimeMap, words: readonly string[]): string {
    const { memory } = this.core
    const { keySize, valueSize } = map.def
    const put = (at: number, word: string, size: number): number => {
      memory.write(at, this.bytes(word, size))
      return at
    }
    const number = (error: number): string => (error < 0 ? errorName(error) : `${error}`)
    const pointer = (address: number): string => {
      if (address === 0) return '0'
      const size = valueSize >= 8 ? 8 : valueSize >= 4 ? 4 : 1
      return `1 ${hex(memory.read(address, size)).padEnd(2 * Math.min(8, valueSize), '0')}`
    }
    switch (name) {
      case 'lookup':
        return pointer(map.lookup(put(this.key, words[0]!, keySize)))
      case 'lookup_percpu':
        return pointer(map.lookupPercpu(put(this.key, words[0]!, keySize), Number(words[1]) >>> 0))
      case 'after_update':
      case 'after_delete': {
        const key = put(this.key, words[0]!, keySize)
        const before = map.lookup(key)
        if (before === 0) return '0'
        if (name === 'after_delete') map.delete(key)
        else map.update(key, put(this.value, words[1]!, valueSize), flagsOf(words[2]))
        return pointer(before)
      }
      case 'update': {
        const key = put(this.key, words[0]!, keySize)
        return number(map.update(key, put(this.value, words[1]!, valueSize), flagsOf(words[2])))
      }
      case 'delete':
        return number(map.delete(put(this.key, words[0]!, keySize)))
      case 'push':
        return number(map.push(put(this.value, words[0]!, valueSize), flagsOf(words[1])))
      case 'pop':
      case 'peek': {
        const at = put(this.value, words[0] ?? '', valueSize)
        const error = name === 'pop' ? map.pop(at) : map.peek(at)
        return `${number(error)} ${hex(memory.read(at, Math.min(8, valueSize)))}`
      }
      default:
        return this.ofType(name, map, words)
    }
  }

  /** Helpers for one type of map. */
  private ofType(name: string, map: RuntimeMap, words: readonly string[]): string {
    const { core } = this
    const number = (error: number): string => (error < 0 ? errorName(error) : `${error}`)
    const bytes = (word: string): number => {
      const [digits = '', times = '1'] = word.split('*')
      const size = (digits.length / 2) * Number(times)
      core.memory.write(this.value, this.bytes(word, size))
      return size
    }
    const call = (helper: string, ...args: readonly number[]): number =>
      (helperModels.get(helper)!.bind(core) as (...given: readonly number[]) => number)(...args)
    const halves = (word?: string): [number, number] => {
      const flags = flagsOf(word)
      return [(flags % 2 ** 32) | 0, Math.floor(flags / 2 ** 32) | 0]
    }
    const sizeHalves = (size: number): [number, number] => [size | 0, 0]
    const [first = '', flags] = words
    switch (name) {
      case 'query':
        return number(call('bpf_ringbuf_query', map.address, ...halves(first)))
      case 'output': {
        const size = sizeHalves(bytes(first))
        return number(call('bpf_ringbuf_output', map.address, this.value, ...size, ...halves(flags)))
      }
      case 'reserve': {
        const sample = call('bpf_ringbuf_reserve', map.address, ...sizeHalves(Number(first)), ...halves(flags))
        if (sample !== 0) call(words[2] === 'discard' ? 'bpf_ringbuf_discard' : 'bpf_ringbuf_submit', sample)
        return sample === 0 ? '0' : '1'
      }
      case 'event': {
        const size = bytes(first)
        const given = [map.address, ...halves(flags), this.value, size]
        return number(call('bpf_perf_event_output', this.skb, ...given))
      }
      case 'tail':
        return map.programPlace(Number(BigInt(first) & 0xffff_ffffn)) === undefined ? '77' : '0'
      case 'under_cgroup':
        return number((map as CgroupArrayMap).cgroup(Number(first)))
    }
    return 'what?'
  }

  /** Bytes in hex, "bytes*times", "@thing". */
  private bytes(word: string, size: number): Uint8Array {
    const bytes = new Uint8Array(size)
    if (word.startsWith('@')) {
      new DataView(bytes.buffer).setUint32(0, this.things.get(word.slice(1)) ?? 0xffff_ffff, true)
      return bytes
    }
    const [digits = '', times = '1'] = word.split('*')
    const one = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    // a key where there is none is as it was given
    if (size === 0) return one
    for (let i = 0; i < Number(times); i++)
      bytes.set(one.subarray(0, Math.max(0, size - i * one.length)), i * one.length)
    return bytes
  }
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

function flagsOf(word = 'any'): number {
  return ({ any: 0, noexist: 1, exist: 2 } as Record<string, number>)[word] ?? Number(word)
}

/** A definition as far as its type says, with the types that ask.c gives maps. */
function definition(name: string, word: string, options: readonly string[]) {
  const row = mapType(word)
  const builder = new BtfBuilder()
  const int = builder.int('int', 4, { signed: true })
  const lock = builder.struct('bpf_spin_lock', 4, [{ name: 'val', type: int, bitOffset: 0 }])
  const value = builder.struct('value', 8, [
    { name: 'n', type: int, bitOffset: 0 },
    { name: 'lock', type: lock, bitOffset: 32 },
  ])
  const typed = options.includes('lock') || options.includes('typed')
  const def = {
    name,
    type: row?.name ?? word,
    typeId: row?.id ?? Number(word),
    keyTypeId: typed ? int : 0,
    valueTypeId: options.includes('lock') ? value : typed ? int : 0,
    frozen: false,
    pinned: false,
    kernelName: name,
    section: '.maps',
    offset: 0,
    sectionIndex: 0,
    autocreate: true,
  }
  return { def: def as unknown as MapDef, btf: typed ? builder.build('types') : undefined }
}
