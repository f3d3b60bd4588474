// SPDX-License-Identifier: Apache-2.0
// What tells balancer.bpf.c where packets go: services, backends, and for each service a table of who takes which connections. Here the
// maps are a machine's; on Linux the same bytes are written by bpf(BPF_MAP_UPDATE_ELEM).
import type { RuntimeMap } from 'kfuncs/runtime'

export interface Backend {
  /** 1 to 255. */
  readonly number: number
  readonly addr: string
  readonly mac: string
}

export interface Service {
  /** 0 to 63. */
  readonly number: number
  readonly addr: string
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
}

export interface Counters {
  readonly packets: bigint
  readonly bytes: bigint
  readonly connections: bigint
}

/** Places of a service's table, TABLE_SIZE of balancer.bpf.c: a prime. */
export const TABLE_SIZE = 1021

export class Balancer {
  private readonly map: (name: string) => RuntimeMap
  private readonly backends = new Map<number, Backend>()
  private readonly services = new Map<number, Service>()

  constructor(maps: ReadonlyMap<string, RuntimeMap>) {
    this.map = (name) => {
      const map = maps.get(name)
      if (map === undefined) throw new Error(`the object has no map ${name}`)
      return map
    }
  }

  addService(service: Service): void {
    this.services.set(service.number, service)
    const key = new Uint8Array(8)
    key.set(ipv4(service.addr))
    new DataView(key.buffer).setUint16(4, service.port)
    key[6] = protocols[service.protocol]
    this.write('services', key, words(service.number))
    this.spread()
  }

  addBackend(backend: Backend): void {
    this.backends.set(backend.number, backend)
    this.writeBackend(backend, true)
    this.spread()
  }

  /** Its connections go elsewhere from their next packet on. */
  removeBackend(number: number): void {
    const backend = this.backends.get(number)
    if (backend === undefined) return
    this.backends.delete(number)
    this.writeBackend(backend, false)
    this.spread()
  }

  /** Over all CPUs. */
  counters(number: number): Counters {
    const bytes = this.map('counted').get(words(number)) ?? new Uint8Array(0)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const sums = [0n, 0n, 0n]
    for (let at = 0; at < bytes.length; at += 24)
      for (const field of sums.keys()) sums[field]! += view.getBigUint64(at + 8 * field, true)
    return { packets: sums[0]!, bytes: sums[1]!, connections: sums[2]! }
  }

  private writeBackend({ number, addr, mac }: Backend, up: boolean): void {
    const value = new Uint8Array(12)
    value.set(ipv4(addr))
    value.set(ethernet(mac), 4)
    value[10] = up ? 1 : 0
    this.write('backends', words(number), value)
  }

  private spread(): void {
    const numbers = [...this.backends.keys()]
    for (const service of this.services.keys())
      tableOf(numbers).forEach((number, place) => {
        this.write('tables', words(service, place), words(number))
      })
  }

  private write(name: string, key: Uint8Array, value: Uint8Array): void {
    const error = this.map(name).set(key, value)
    if (error !== 0) throw new Error(`map ${name} refuses what is written to it (${error})`)
  }
}

/**
 * Who takes which place: each backend has an order of preference of its own over all places, and they choose in turn (Maglev, NSDI 2016). When
 * one goes, its places are shared out, and nearly all others stay as they are. 0 where there is none.
 */
export function tableOf(backends: readonly number[], size = TABLE_SIZE): number[] {
  const table: number[] = new Array(size).fill(0)
  const turns = backends.map((number) => ({
    number,
    at: mixed(number, 0x9e3779b1) % size,
    step: (mixed(number, 0x85ebca6b) % (size - 1)) + 1,
  }))
  let left = turns.length === 0 ? 0 : size
  while (left > 0)
    for (const turn of turns) {
      if (left === 0) break
      while (table[turn.at] !== 0) turn.at = (turn.at + turn.step) % size
      table[turn.at] = turn.number
      left--
    }
  return table
}

function mixed(number: number, factor: number): number {
  let hash = Math.imul(number ^ factor, 0x45d9f3b)
  hash = Math.imul(hash ^ (hash >>> 16), factor)
  return (hash ^ (hash >>> 15)) >>> 0
}

const protocols = { tcp: 6, udp: 17 } as const

/** '10.0.0.1' */
export const ipv4 = (text: string): number[] => text.split('.').map(Number)
/** '02:00:00:00:00:01' */
export const ethernet = (text: string): number[] => text.split(':').map((byte) => Number.parseInt(byte, 16))
/** As they lie in memory. */
const words = (...values: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer)
