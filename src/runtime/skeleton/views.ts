// SPDX-License-Identifier: Apache-2.0
// Maps with keys and values of TypeScript's.
import { RingBufferMap } from '../maps/ringbuf.ts'
import type { RuntimeMap } from '../maps/map.ts'
import { type Codec, decode, encode } from './codecs.ts'

/** A map whose elements have a key; of a per-CPU map `V` is a list with a value for each CPU. */
export class MapView<K, V> {
  readonly map: RuntimeMap
  private readonly key: Codec<K>
  private readonly value: Codec<V>
  constructor(map: RuntimeMap, key: Codec<K>, value: Codec<V>) {
    this.map = map
    this.key = key
    this.value = value
  }
  /** undefined: there is none. */
  get(key: K): V | undefined {
    const bytes = this.map.get(encode(this.key, key))
    return bytes === undefined ? undefined : decode(this.value, bytes)
  }
  /** 0, or the negative error of the bpf() system call. */
  set(key: K, value: V, flags = 0): number {
    return this.map.set(encode(this.key, key), encode(this.value, value), flags)
  }
  remove(key: K): number {
    return this.map.remove(encode(this.key, key))
  }
  *entries(): Iterable<readonly [key: K, value: V]> {
    for (const [key, value] of this.map.entries()) yield [decode(this.key, key), decode(this.value, value)]
  }
}

/** A map of what users name by a descriptor: programs, maps, cgroups, sockets. Here the object itself is given. */
export class ObjectsView<K> {
  readonly map: RuntimeMap
  private readonly key: Codec<K>
  constructor(map: RuntimeMap, key: Codec<K>) {
    this.map = map
    this.key = key
  }
  /** 0, or the negative error of the bpf() system call: an object that the map does not take. */
  set(key: K, object: { readonly address: number }, flags = 0): number {
    const value = new Uint8Array(this.map.def.valueSize)
    new DataView(value.buffer).setUint32(0, object.address, true)
    return this.map.set(encode(this.key, key), value, flags)
  }
  remove(key: K): number {
    return this.map.remove(encode(this.key, key))
  }
}

/** A ring buffer, and what records in it are. */
export class RingView<T> {
  readonly map: RuntimeMap
  private readonly record: Codec<T>
  constructor(map: RuntimeMap, record: Codec<T>) {
    this.map = map
    this.record = record
  }
  /** What programs submitted since; it is read, and makes room. */
  drain(): T[] {
    return this.map instanceof RingBufferMap ? this.map.drain().map((bytes) => decode(this.record, bytes)) : []
  }
}

/** Values of a per-CPU map: each CPU's begins at a multiple of 8. */
export function perCpu<T>(of: Codec<T>, cpus: number): Codec<T[]> {
  const step = Math.ceil(of.size / 8) * 8
  return {
    size: step * cpus,
    read: (view, at) => Array.from({ length: cpus }, (_, i) => of.read(view, at + i * step)),
    write: (view, at, values) => {
      if (values.length > cpus) throw new RangeError(`${values.length} values are more than there are CPUs, ${cpus}`)
      values.forEach((value, i) => of.write(view, at + i * step, value))
    },
  }
}
