// SPDX-License-Identifier: Apache-2.0
// --map of run and test: elements that maps have before a program runs, programs in program arrays among them.
import { getSystemErrorName } from 'node:util'
import type { BpfObject } from '../object/index.ts'
import type { Loaded, Machine, RuntimeMap } from '../runtime/index.ts'
import { didYouMean } from './nearest.ts'
import { withSlots } from './slots.ts'
import { plainBytes, typedBytes } from './typed-bytes.ts'
import { readInput, UsageError } from './usage.ts'

export interface Element {
  readonly map: string
  readonly key: unknown
  readonly value: unknown
  /** As it was written, for faults. */
  readonly what: string
}

/** `NAME[KEY]=VALUE`, keys and values as JSON or bare text; or @FILE: {"NAME": {"KEY": VALUE}} or {"NAME": [{"key": …, "value": …}]}. */
export function elementsOf(texts: readonly string[]): readonly Element[] {
  return texts.flatMap((text) => (text.startsWith('@') ? inFile(text.slice(1)) : [element(text)]))
}

function element(text: string): Element {
  const [, map, key, value] = /^([^[\]=]+)\[(.*?)\]=(.*)$/s.exec(text) ?? []
  if (map === undefined || key === undefined || value === undefined)
    throw new UsageError(`--map ${text}: expected NAME[KEY]=VALUE: 'blocked[80]=1', 'calls[0]=next_program'`)
  return { map, key: bare(key), value: bare(value), what: `--map ${map}[${key}]` }
}

/** JSON where it is some: '10.0.0.1' and names are none. Numbers are kept as text: those of 64 bits are no JavaScript numbers. */
function bare(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return text.trim()
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`--map: ${text} is not JSON: ${(error as Error).message}`)
  }
}

function inFile(path: string): readonly Element[] {
  let all: unknown
  try {
    all = JSON.parse(new TextDecoder().decode(readInput(path)))
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`--map @${path}: not JSON: ${(error as Error).message}`)
  }
  const wrong = new UsageError(`--map @${path}: expected {"NAME": {"KEY": VALUE}}, or lists of {"key": …, "value": …}`)
  if (typeof all !== 'object' || all === null || Array.isArray(all)) throw wrong
  return Object.entries(all).flatMap(([map, elements]: [string, unknown]) => {
    if (typeof elements !== 'object' || elements === null) throw wrong
    const list = Array.isArray(elements)
      ? (elements as readonly unknown[]).map((one) => {
          if (typeof one !== 'object' || one === null || !('key' in one) || !('value' in one)) throw wrong
          return [one.key, one.value] as const
        })
      : Object.entries(elements).map(([key, value]) => [bare(key), value as unknown] as const)
    return list.map(([key, value]) => ({ map, key, value, what: `--map @${path}: ${map}[${JSON.stringify(key)}]` }))
  })
}

const isProgArray = ({ maps }: BpfObject, name: string): boolean =>
  maps.some((map) => map.name === name && map.type === 'BPF_MAP_TYPE_PROG_ARRAY')

/** The object with programs in slots of its program arrays, and their names; the elements that are left. */
export function withPrograms(
  object: BpfObject,
  elements: readonly Element[],
): { readonly object: BpfObject; readonly programs: readonly string[]; readonly rest: readonly Element[] } {
  const slots = new Map<string, Map<number, string>>()
  const names = object.programs.map(({ name }) => name)
  for (const { map, key, value, what } of elements) {
    if (!isProgArray(object, map)) continue
    if (typeof value !== 'string' || !names.includes(value)) {
      const near = typeof value === 'string' ? didYouMean(value, names) : undefined
      throw new UsageError(`${what}: expected a program of the object${near === undefined ? '' : ` — ${near}`}`)
    }
    const slot = Number(key)
    const own = slots.get(map) ?? new Map<number, string>()
    if (!Number.isSafeInteger(slot) || slot < 0) throw new UsageError(`${what}: expected the number of a slot`)
    slots.set(map, own.set(slot, value))
  }
  return {
    object: withSlots(object, slots),
    programs: [...slots.values()].flatMap((own) => [...own.values()]),
    rest: elements.filter(({ map }) => !isProgArray(object, map)),
  }
}

/** Puts them in, as the system call would: what it refuses is told with its error. */
export function putElements(machine: Machine, loaded: Loaded, elements: readonly Element[]): void {
  // nothing runs
  if (loaded.programs.size === 0) return
  const { maps } = loaded
  for (const { map: name, ...element } of elements) {
    const map = maps.get(name)
    if (map === undefined) {
      const near = didYouMean(name, [...maps.keys()])
      throw new UsageError(`${element.what}: the object has no map ${name}${near === undefined ? '' : ` — ${near}`}`)
    }
    putElement(map, { machine, maps, ...element })
  }
}

function putElement(map: RuntimeMap, { key, ...given }: Inner & { readonly key: unknown }): void {
  const { def, btf, name } = map
  const { machine, value, what } = given
  const why = noElements.get(def.type)
  if (why !== undefined) throw new UsageError(`${what}: ${name} is ${why}`)
  const bytes = (type: number, size: number, one: unknown, of: string): Uint8Array =>
    btf === undefined || type === 0 ? plainBytes(one, size, of) : typedBytes({ btf, type }, one, of)
  if (def.keySize === 0 && key !== '')
    throw new UsageError(`${what}: ${name} is a ${shortType(def.type)}, which has no keys: write ${name}[]=VALUE`)
  const place = def.keySize === 0 ? new Uint8Array(0) : bytes(def.keyTypeId, def.keySize, key, `${what}: its key`)
  const one = /_OF_MAPS$/.test(def.type)
    ? addressBytes(innerOf(map, given))
    : bytes(def.valueTypeId, def.valueSize, value, what)
  const error = map.set(place, onEachCpu(machine, def.type, one))
  if (error !== 0) throw new UsageError(`${what}: the map does not take it: ${getSystemErrorName(error)}`)
}

const shortType = (type: string): string => type.replace('BPF_MAP_TYPE_', '').toLowerCase().replaceAll('_', ' ')

/** What maps are that nobody sets elements of, and what fills them. */
const noElements: ReadonlyMap<string, string> = new Map(
  Object.entries({
    RINGBUF: 'a ring buffer, which has no elements: programs write its records',
    USER_RINGBUF: 'a user ring buffer, which has no elements: write a test that fills it (docs/maps.md)',
    PERF_EVENT_ARRAY: 'a perf event array: each CPU has its event already',
    STACK_TRACE: 'a stack trace map: only programs fill it',
    STRUCT_OPS: 'a struct_ops map: it is registered, not set',
    ARENA: 'an arena, which has no elements: set its global variables with --set',
    INSN_ARRAY: 'an instruction array, which the loader fills',
    SK_STORAGE: 'a local storage: its elements belong to sockets, and programs make them',
    INODE_STORAGE: 'a local storage: its elements belong to inodes, and programs make them',
    TASK_STORAGE: 'a local storage: its elements belong to tasks, and programs make them',
    CGRP_STORAGE: 'a local storage: its elements belong to cgroups, and programs make them',
    SOCKMAP: 'a map of sockets: write a test that puts machine.socket() into it (docs/runtime.md)',
    SOCKHASH: 'a map of sockets: write a test that puts machine.socket() into it (docs/runtime.md)',
    REUSEPORT_SOCKARRAY: 'a map of sockets: write a test that puts machine.socket() into it (docs/runtime.md)',
    CGROUP_ARRAY: 'a map of cgroups: write a test that puts machine.cgroup() into it (docs/runtime.md)',
  }).map(([type, why]) => [`BPF_MAP_TYPE_${type}`, why]),
)

interface Inner {
  readonly machine: Machine
  readonly maps: ReadonlyMap<string, RuntimeMap>
  readonly value: unknown
  readonly what: string
}

/** What a map of maps is to hold: a map of the object by its name, or a new one with elements: {"1": 5}. */
function innerOf(outer: RuntimeMap, { machine, maps, value, what }: Inner): RuntimeMap {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const inner = machine.innerMap(outer)
    for (const [key, one] of Object.entries(value))
      putElement(inner, { machine, maps, key: bare(key), value: one, what: `${what}[${key}]` })
    return inner
  }
  const map = typeof value === 'string' ? maps.get(value) : undefined
  if (map !== undefined) return map
  const near = typeof value === 'string' ? didYouMean(value, [...maps.keys()]) : undefined
  throw new UsageError(
    `${what}: expected a map that the program uses, or elements of a new one: '{"1": 5}'${near === undefined ? '' : ` — ${near}`}`,
  )
}

/** Where the kernel takes a map's descriptor, a machine takes its address. */
const addressBytes = ({ address }: RuntimeMap): Uint8Array => new Uint8Array(Uint32Array.of(address).buffer)

/** Of per-CPU maps the same on each. */
function onEachCpu({ cpus }: Machine, type: string, value: Uint8Array): Uint8Array {
  if (!/PERCPU/.test(type)) return value
  const stride = (value.length + 7) & ~7
  const all = new Uint8Array(stride * cpus)
  for (let cpu = 0; cpu < cpus; cpu++) all.set(value, cpu * stride)
  return all
}
