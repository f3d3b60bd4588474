// SPDX-License-Identifier: Apache-2.0
// Connections that are tracked: struct nf_conn with its two tuples, found by either, in a zone, until its time is up.

import { Layouts } from '../core/layout.ts'
import type { Core } from '../core/core.ts'
import { notModelled } from '../core/errors.ts'
import { jiffies } from '../core/jiffies.ts'
import { remember } from '../core/remember.ts'
import { put, tryGet } from './refcount.ts'

/** One way of a connection; ports as they lie in memory. */
export interface Tuple {
  readonly family: number
  readonly protocol: number
  readonly from: Uint8Array
  readonly to: Uint8Array
  readonly fromPort: number
  readonly toPort: number
}

export interface Zone {
  readonly id: number
  /** For which directions the zone holds: a bit each. */
  readonly directions: number
}
/** NF_CT_DEFAULT_ZONE_DIR: for both. */
export const BOTH_WAYS = 3

/** IPS_…: what a connection's status says. */
export const status = {
  EXPECTED: 1,
  SEEN_REPLY: 2,
  ASSURED: 4,
  CONFIRMED: 8,
  SRC_NAT: 16,
  DST_NAT: 32,
  SRC_NAT_DONE: 128,
  DST_NAT_DONE: 256,
  DYING: 512,
  FIXED_TIMEOUT: 1024,
  /** IPS_UNCHANGEABLE_MASK */
  unchangeable: 0xdbf9,
} as const

interface Connection {
  readonly address: number
  /** As it was begun, and as replies come. */
  readonly tuples: [Tuple, Tuple]
  readonly zone: Zone
}

export interface Found {
  readonly address: number
  /** 0 as it was begun, 1 as replies come. */
  readonly direction: 0 | 1
}

class Conntrack {
  private readonly core: Core
  private readonly layouts: Layouts
  private readonly byAddress = new Map<number, Connection>()
  /** Those that are found. */
  private readonly listed = new Set<Connection>()

  constructor(core: Core) {
    this.core = core
    // struct nf_conn is in a module's types
    const kfunc = core.kernel.kfuncs.get('bpf_ct_insert_entry')
    if (kfunc === undefined) throw notModelled('connection tracking, which this kernel has no types of,')
    this.layouts = new Layouts(kfunc.btf)
  }

  create(tuple: Tuple, zone: Zone): number {
    const { memory } = this.core
    const address = memory.allocate(this.layouts.sizeOf('nf_conn'), 'nf_conn')
    const connection: Connection = { address, tuples: [tuple, inverse(tuple)], zone }
    this.byAddress.set(address, connection)
    this.writeTuples(connection)
    for (const [field, value] of [
      ['zone.id', zone.id],
      ['zone.dir', zone.directions],
    ] as const) {
      const place = this.layouts.find('nf_conn', field)
      if (place !== undefined) memory.setNumber(address + place.offset, place.size, value)
    }
    return address
  }

  /** Puts a new one among those that are found, with a reference for whoever had it made. false: one like it is there already; it is gone then. */
  insert(address: number): boolean {
    const { memory } = this.core
    const connection = this.at(address)
    if ((this.status(address) & status.CONFIRMED) === 0)
      this.setNumber(address, 'timeout', this.number(address, 'timeout') + jiffies(this.core))
    this.setNumber(address, 'status', this.status(address) | status.CONFIRMED)
    if (connection.tuples.some((tuple) => this.search(tuple, connection.zone) !== undefined)) {
      this.free(connection)
      return false
    }
    memory.setU32(this.count(address), 2)
    this.listed.add(connection)
    return true
  }

  /** With a reference more. */
  find(tuple: Tuple, zone: Zone): Found | undefined {
    const found = this.search(tuple, zone)
    if (found === undefined || !tryGet(this.core, this.count(found.address))) return undefined
    return found
  }

  release(address: number): void {
    if (put(this.core, this.count(address), 'a connection')) this.free(this.at(address))
  }

  /** __nf_ct_set_timeout(): in jiffies, from now on once it is found. */
  setTimeout(address: number, ticks: number): void {
    const isFound = (this.status(address) & status.CONFIRMED) !== 0
    this.setNumber(address, 'timeout', Math.min(ticks, 0x7fff_ffff) + (isFound ? jiffies(this.core) : 0))
  }

  /** Where replies come from, or go to, is another than the tuple says. */
  translate(address: number, which: 'source' | 'destination', to: { host: Uint8Array; port: number }): void {
    const connection = this.at(address)
    const before = inverse(connection.tuples[1])
    const changed = (port: number): Tuple =>
      which === 'source' ? { ...before, from: to.host, fromPort: port } : { ...before, to: to.host, toPort: port }
    const old = which === 'source' ? before.fromPort : before.toPort
    const after = changed(
      to.port > 0 ? swapped(to.port) : this.freePort(old, (port) => inverse(changed(port)), connection.zone),
    )
    const [nat, done] =
      which === 'source' ? [status.SRC_NAT, status.SRC_NAT_DONE] : [status.DST_NAT, status.DST_NAT_DONE]
    const isOther = !isSame(before, after)
    if (isOther) {
      connection.tuples[1] = inverse(after)
      this.writeTuples(connection)
    }
    this.setNumber(address, 'status', this.status(address) | done | (isOther ? nat : 0))
  }

  status(address: number): number {
    return this.number(address, 'status')
  }
  setStatus(address: number, value: number): void {
    this.setNumber(address, 'status', value)
  }

  private freePort(first: number, reply: (port: number) => Tuple, zone: Zone): number {
    for (let i = 0; i < 65536; i++) {
      const port = swapped((swapped(first) + i) & 0xffff)
      if (this.search(reply(port), zone) === undefined) return port
    }
    return first
  }

  private search(tuple: Tuple, zone: Zone): Found | undefined {
    for (const connection of this.listed) {
      for (const direction of [0, 1] as const) {
        if (!isSame(connection.tuples[direction], tuple)) continue
        if (zoneFor(connection.zone, direction) !== zoneFor(zone, direction)) continue
        if (this.isOver(connection)) break
        return { address: connection.address, direction }
      }
    }
    return undefined
  }

  /** Its time is up: it is found no more. */
  private isOver(connection: Connection): boolean {
    const left = (this.number(connection.address, 'timeout') - jiffies(this.core)) | 0
    if (left > 0) return false
    this.listed.delete(connection)
    this.release(connection.address)
    return true
  }

  private free(connection: Connection): void {
    this.listed.delete(connection)
    this.byAddress.delete(connection.address)
    this.core.memory.free(connection.address)
  }

  private at(address: number): Connection {
    const connection = this.byAddress.get(address)
    if (connection === undefined) throw notModelled('a connection that was not created here')
    return connection
  }

  private writeTuples({ address, tuples }: Connection): void {
    const { memory } = this.core
    for (const [i, tuple] of tuples.entries()) {
      const at = (path: string): number => address + this.layouts.offset('nf_conn', `tuplehash[${i}].tuple.${path}`)
      memory.write(at('src.u3'), tuple.from)
      memory.write(at('dst.u3'), tuple.to)
      memory.setNumber(at('src.u'), 2, tuple.fromPort)
      memory.setNumber(at('dst.u'), 2, tuple.toPort)
      memory.setNumber(at('src.l3num'), 2, tuple.family)
      memory.setNumber(at('dst.protonum'), 1, tuple.protocol)
      memory.setNumber(at('dst.dir'), 1, i)
    }
  }

  private count(address: number): number {
    return address + this.layouts.offset('nf_conn', 'ct_general.use')
  }
  private number(address: number, path: string): number {
    return this.core.memory.u32(address + this.layouts.offset('nf_conn', path))
  }
  private setNumber(address: number, path: string, value: number): void {
    this.core.memory.setU32(address + this.layouts.offset('nf_conn', path), value)
  }
}

export const conntrackOf = remember((core: Core) => new Conntrack(core))

const inverse = ({ from, to, fromPort, toPort, ...rest }: Tuple): Tuple => ({
  ...rest,
  from: to,
  to: from,
  fromPort: toPort,
  toPort: fromPort,
})

const isSame = (one: Tuple, other: Tuple): boolean =>
  one.family === other.family &&
  one.protocol === other.protocol &&
  one.fromPort === other.fromPort &&
  one.toPort === other.toPort &&
  one.from.every((byte, i) => byte === other.from[i]) &&
  one.to.every((byte, i) => byte === other.to[i])

/** Elsewhere than in its directions a zone is the first. */
const zoneFor = ({ id, directions }: Zone, direction: 0 | 1): number => ((directions >> direction) & 1 ? id : 0)

/** Between host and network order. */
const swapped = (port: number): number => ((port & 0xff) << 8) | ((port >> 8) & 0xff)
