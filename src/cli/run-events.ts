// SPDX-License-Identifier: Apache-2.0
// What a run sent: records of ring buffers and perf event arrays, and packets that went elsewhere.
import { type Btf, type BtfId, sizeOf } from '../btf/index.ts'
import type { BpfObject } from '../object/index.ts'
import { type Loaded, type Machine, PerfEventArrayMap, type Redirect, RingBufferMap } from '../runtime/index.ts'
import { structNamed } from './btf.ts'
import { differences, hex, valueText } from './run-values.ts'
import { UsageError } from './usage.ts'

/** A record, or a packet that was sent. */
export interface Event {
  readonly map?: string
  /** Of a perf event array. */
  readonly cpu?: number
  readonly bytes: Uint8Array
  /** As the type reads that its map has, or that --type told: in a line, or a member a line, those that are 0 left out. */
  readonly value?: readonly string[]
  readonly redirect?: Omit<Redirect, 'program' | 'data'>
}

/** Told of one run; what is more is counted. */
const MOST = 32

/** Of one program's runs. Perf event arrays get a reader, as loaders give them one: without it nothing is written. */
export class Events {
  private readonly machine: Machine
  private readonly loaded: Loaded
  private readonly btf: Btf | undefined
  private readonly types: ReadonlyMap<string, BtfId>
  private redirects = 0

  constructor({ machine, loaded, object, types, path }: EventsOf) {
    this.machine = machine
    this.loaded = loaded
    this.btf = object.btf
    const own = object.maps.map(({ name, valueTypeId }) => [name, valueTypeId] as const)
    this.types = new Map([...own, ...types.map((text) => this.typeIn(text, path))])
    for (const map of loaded.maps.values()) if (map instanceof PerfEventArrayMap) map.listen()
  }

  /** What came since the last time. */
  take(): readonly Event[] {
    const records = [...this.loaded.maps].flatMap(([name, map]): Event[] => {
      if (map instanceof RingBufferMap) return map.drain().map((bytes) => this.record(name, bytes))
      if (!(map instanceof PerfEventArrayMap)) return []
      return map.drain().map(({ cpu, data }) => ({ ...this.record(name, data), cpu }))
    })
    const { redirects } = this.machine
    const sent = redirects.slice(this.redirects)
    this.redirects = redirects.length
    return [...records, ...sent.map(({ data, program: _, ...redirect }) => ({ bytes: data, redirect }))]
  }

  private record(map: string, bytes: Uint8Array): Event {
    const type = this.types.get(map) || this.types.get('') || 0
    const { btf } = this
    const size = btf === undefined || type === 0 ? undefined : sizeOf(btf, type)
    // perf may pad a record, and a program may send less than all
    if (btf === undefined || size === undefined || bytes.length < size) return { map, bytes }
    const whole = bytes.subarray(0, size)
    const line = valueText({ btf, type }, whole)
    if (line.startsWith('{')) return { map, bytes, value: [line] }
    const members = differences({ btf, type }, '', new Uint8Array(size), whole)
    return { map, bytes, value: members.map(({ what, to }) => `${what.replace(/^\./, '')}: ${to}`) }
  }

  /** 'struct event', or of one map 'events=event'. */
  private typeIn(text: string, path: string): readonly [string, BtfId] {
    const [, map = '', name = ''] = /^(?:([^=]+)=)?(.+)$/.exec(text) ?? []
    if (map !== '' && !this.loaded.maps.has(map)) throw new UsageError(`--type ${text}: the object has no map ${map}`)
    return [map, structNamed(this.btf, name, path)]
  }
}

interface EventsOf {
  readonly machine: Machine
  readonly loaded: Loaded
  readonly object: BpfObject
  /** As --type has them. */
  readonly types: readonly string[]
  /** The object's file. */
  readonly path: string
}

export function eventLines(events: readonly Event[]): readonly string[] {
  const lines = events.slice(0, MOST).flatMap(({ map, cpu, bytes, value, redirect }) => {
    if (redirect !== undefined) return [`  ${redirectText(redirect)}: ${bytes.length} bytes`]
    const from = `  ${map}${cpu === undefined ? '' : `, CPU ${cpu}`}:`
    if (value === undefined || value.length < 2) return [`${from} ${value?.[0] ?? hex(bytes)}`]
    return [from, ...value.map((line) => `    ${line}`)]
  })
  return events.length > MOST ? [...lines, `  ${events.length - MOST} records more`] : lines
}

function redirectText({ kind, ifindex, map, index }: Omit<Redirect, 'program' | 'data'>): string {
  if (kind === 'map') return `sent to what ${map}${index === undefined ? ' has' : `[${index}] is`}`
  const what = kind === 'clone' ? 'a copy sent' : 'sent'
  const how = { ingress: ', as if it came in there', peer: "'s peer", neigh: "'s neighbour", device: '', clone: '' }[
    kind
  ]
  return `${what} to interface ${ifindex}${how}`
}

/** The same in JSON. */
export const eventsJson = (events: readonly Event[]): readonly object[] =>
  events.map(({ map, cpu, bytes, value, redirect }) => ({
    ...(map === undefined ? {} : { map }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(redirect === undefined ? {} : { redirect }),
    data: Buffer.from(bytes).toString('hex'),
    ...(value === undefined ? {} : { value: value.join(', ') }),
  }))
