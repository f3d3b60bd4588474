// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_HASH, PERCPU_HASH and their LRU kin. Keys come in the order they were put in (the kernel's order is by a random seed).
//
// LRU: when max_entries are there, new elements take the place of those least recently used: looked up by a program, put in or replaced;
// look-ups of users do not count. As in the kernel room is made for several at a time. The kernel's choice is approximate (a bit says that
// an element was used since it was looked over, and CPUs keep free elements to themselves): what is evicted, and when, may differ.

import type { Btf } from '../../btf/index.ts'
import type { HashTable, Inline } from '../../jit/index.ts'
import type { MapDef } from '../../object/index.ts'
import { type Core, CPU_CELL } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { compiledHashLookup } from './compiled.ts'
import { Elements } from './elements.ts'
import { isLocked, RuntimeMap, updateFlags } from './map.ts'
import { counterOf } from './kernel-struct.ts'
import { hasCpuFlags, isTooMuch, updatedCpus } from './one-cpu.ts'

const { BPF_NOEXIST, BPF_EXIST, BPF_F_LOCK } = updateFlags

/** LOCAL_FREE_TARGET: elements that are evicted at a time at the most; in small maps half of a CPU's share. */
const MOST_EVICTED = 128

/** Bytes of keys that are looked up where the call would stand: for each there are several instructions. */
const MOST_INLINE = 16

export class HashMap extends RuntimeMap {
  protected readonly elements: Elements
  protected readonly lru: boolean
  private found: ((key: number) => number) | undefined

  constructor(core: Core, def: MapDef, btf?: Btf) {
    super(core, def, btf)
    this.lru = def.type.includes('LRU')
    const { name, keySize, maxEntries } = def
    const counter = counterOf(core, def, this.address)
    this.elements = new Elements(core, { name, keySize, maxEntries, valueSize: this.userSize, counter })
  }

  /** What a program looks up counts as used. WebAssembly, where keys are not too long: several times as fast, also when it is called from here. */
  protected get findValue(): (key: number) => number {
    this.found ??= compiledHashLookup(this.core, this.table) ?? ((key) => this.valueOfUsed(key))
    return this.found
  }
  private get table(): HashTable {
    return this.elements.table({ uses: this.lru })
  }
  private valueOfUsed(key: number): number {
    const element = this.used(key)
    return element === 0 ? 0 : this.elements.valueOf(element)
  }
  override get lookupCall(): (key: number) => number {
    return this.findValue
  }
  override get lookupInline(): Inline | undefined {
    return this.def.keySize > MOST_INLINE ? undefined : { kind: 'hash-lookup', ...this.table }
  }
  override valueAround(address: number): number | undefined {
    const element = this.elements.around(address)
    const value = element === undefined ? undefined : this.elements.valueOf(element)
    return value === undefined || address < value ? undefined : this.valueIn(value, address)
  }
  /** Of the element whose values begin at `values`. */
  protected valueIn(values: number, _address: number): number {
    return values
  }
  override get elementCount(): number {
    return this.elements.count
  }

  /** The element with the key; 0: none. It counts as used. */
  protected used(key: number): number {
    const element = this.elements.find(key)
    if (this.lru && element !== 0) this.elements.touch(element)
    return element
  }

  override lookup(key: number): number {
    return this.findValue(key)
  }

  override update(key: number, value: number, flags: number): number {
    const locked = isLocked(flags) && !this.lru
    const rest = locked ? flags - BPF_F_LOCK : flags
    if (rest > BPF_EXIST) return -errno.EINVAL
    if (locked && !this.fields.hasLock) return -errno.EINVAL
    const old = this.used(key)
    const refused = this.refused(old, rest)
    if (refused !== 0) return refused
    // with the lock held the value changes where it lies; else a new one takes its place, and who holds the old one keeps it
    if (old !== 0 && locked) this.fields.copy(this.elements.valueOf(old), value, this.def.valueSize)
    else {
      const element = old === 0 ? this.elements.insert(key) : this.replace(old)
      this.fields.copy(this.elements.valueOf(element), value, this.def.valueSize)
    }
    return 0
  }

  override delete(key: number): number {
    const element = this.elements.find(key)
    if (element === 0) return -errno.ENOENT
    this.drop(element)
    return 0
  }

  /** Every key that is there when it begins, and still is when its turn comes: callbacks may put in and delete as they like. */
  override forEach(each: (key: number, value: number) => number): number {
    const { elements } = this
    const { memory } = this.core
    const { keySize } = this.def
    const stride = (keySize + 7) & ~7
    const keys = memory.allocate(Math.max(8, stride * elements.count), `keys of map ${this.name}`)
    let end = keys
    for (let element = elements.oldest; element !== 0; element = elements.after(element), end += stride)
      memory.copy(end, elements.keyOf(element), keySize)
    let called = 0
    try {
      for (let key = keys; key < end; key += stride) {
        const element = elements.find(key)
        if (element === 0) continue
        called++
        if (each(elements.keyOf(element), this.shown(elements.valueOf(element))) !== 0) break
      }
    } finally {
      memory.free(keys)
    }
    return called
  }
  /** What programs are shown of an element. */
  protected shown(value: number): number {
    return value
  }

  override userLookup(key: number): number {
    const element = this.elements.find(key)
    return element === 0 ? 0 : this.elements.valueOf(element)
  }
  override userTake(key: number): Uint8Array | number {
    const element = this.elements.find(key)
    if (element === 0) return -errno.ENOENT
    const value = this.userValue(this.elements.valueOf(element))
    this.drop(element)
    return value
  }
  override userNext(key: number, next: number): number {
    return nextKey(this.core, this.elements, key, next)
  }

  /** What keeps an update from being done, once it is known which element has the key; else there is room for what it needs. */
  protected refused(old: number, flags: number): number {
    if (old !== 0 && flags === BPF_NOEXIST) return -errno.EEXIST
    if (old === 0 && flags === BPF_EXIST) return -errno.ENOENT
    if (old !== 0 || this.elements.count < this.def.maxEntries) return 0
    if (!this.lru) return -errno.E2BIG
    const most = Math.floor(this.def.maxEntries / this.core.cpus / 2)
    for (let left = Math.min(MOST_EVICTED, Math.max(1, most)); left > 0; left--) this.drop(this.elements.oldest)
    return 0
  }

  protected override *held(): Iterable<number> {
    const { elements } = this
    for (let element = elements.oldest; element !== 0; element = elements.after(element))
      yield* this.parts(elements.valueOf(element))
  }
  /** A value, or each CPU's. */
  protected parts(value: number): readonly number[] {
    return [value]
  }

  private replace(old: number): number {
    this.release(this.elements.valueOf(old))
    return this.elements.replace(old)
  }
  protected drop(element: number): void {
    this.release(this.elements.valueOf(element))
    this.elements.remove(element)
  }
  private release(value: number): void {
    for (const part of this.parts(value)) this.fields.release(part)
  }
}

export class PercpuHashMap extends HashMap {
  override get lookupInline(): Inline | undefined {
    const inline = super.lookupInline
    return inline?.kind === 'hash-lookup' ? { ...inline, perCpu: { cell: CPU_CELL, stride: this.stride } } : undefined
  }
  override get lookupCall(): (key: number) => number {
    return (key) => this.lookup(key)
  }
  private get stride(): number {
    return (this.def.valueSize + 7) & ~7
  }

  protected override valueIn(values: number, address: number): number {
    return values + Math.min(this.core.cpus - 1, Math.floor((address - values) / this.stride)) * this.stride
  }

  override lookup(key: number): number {
    const value = super.lookup(key)
    return value === 0 ? 0 : this.shown(value)
  }
  override lookupPercpu(key: number, cpu: number): number {
    if (cpu >= this.core.cpus) return 0
    const value = super.lookup(key)
    return value === 0 ? 0 : value + cpu * this.stride
  }
  protected override shown(value: number): number {
    return value + this.core.cpu * this.stride
  }

  /** Values change where they lie: a program's, on its CPU. Of a new element the other CPUs' are zero. */
  override update(key: number, value: number, flags: number): number {
    const at = flags > BPF_EXIST ? -errno.EINVAL : this.entry(key, flags)
    if (at > 0) this.copy(this.shown(at), value, this.def.valueSize)
    return Math.min(at, 0)
  }

  override get userSize(): number {
    return this.stride * this.core.cpus
  }
  override userValue(value: number, one?: number): Uint8Array {
    if (one !== undefined) return this.fields.hidden(value + one * this.stride, this.def.valueSize)
    const all = new Uint8Array(this.userSize)
    for (let cpu = 0; cpu < this.core.cpus; cpu++)
      all.set(this.fields.hidden(value + cpu * this.stride, this.stride), cpu * this.stride)
    return all
  }
  override userUpdate(key: number, value: number, flags: number): number {
    const at = isTooMuch(this.core, flags) ? -errno.EINVAL : this.entry(key, flags)
    if (at < 0) return at
    const { from, to, step } = updatedCpus(this.core, flags, this.stride)
    const size = hasCpuFlags(this.core) ? this.def.valueSize : this.stride
    for (let cpu = from; cpu < to; cpu++) this.copy(at + cpu * this.stride, value + cpu * step, size)
    return 0
  }

  /** The value of the element to be updated, made where there is none; or an error. */
  private entry(key: number, flags: number): number {
    const old = this.used(key)
    const refused = this.refused(old, flags)
    if (refused !== 0) return refused
    return this.elements.valueOf(old === 0 ? this.elements.insert(key) : old)
  }
  private copy(to: number, from: number, size: number): void {
    this.fields.copy(to, from, size)
    this.fields.release(to)
  }
  protected override parts(value: number): readonly number[] {
    return Array.from({ length: this.core.cpus }, (_, cpu) => value + cpu * this.stride)
  }
}

/** BPF_MAP_GET_NEXT_KEY among elements. */
export function nextKey({ memory }: Core, elements: Elements, key: number, next: number): number {
  const element = key === 0 ? 0 : elements.find(key)
  const found = element === 0 ? elements.oldest : elements.after(element)
  if (found === 0) return -errno.ENOENT
  memory.copy(next, elements.keyOf(found), elements.valueOf(found) - elements.keyOf(found))
  return 0
}
