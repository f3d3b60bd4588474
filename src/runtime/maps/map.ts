// SPDX-License-Identifier: Apache-2.0
// What every map is. Programs use a map by addresses: of a key, of a value; users by bytes, as the bpf() system call does (users.ts).

import type { Btf } from '../../btf/index.ts'
import type { Inline } from '../../jit/index.ts'
import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { MachineError } from '../core/errors.ts'
import type { Block } from '../core/memory.ts'
import { ValueFields } from './fields.ts'
import { mapObject } from './kernel-struct.ts'
import type { MapProgram } from './objects.ts'
import { mapDelete, mapElements, mapLookup, mapUpdate } from './users.ts'

/** BPF_ANY … of map updates. */
export const updateFlags = { BPF_ANY: 0, BPF_NOEXIST: 1, BPF_EXIST: 2, BPF_F_LOCK: 4 } as const

/** Bits that BPF_F_LOCK may stand beside. Flags are numbers without sign, of 64 bits as far as a number goes. */
export const isLocked = (flags: number): boolean => flags < 8 && (flags & updateFlags.BPF_F_LOCK) !== 0

export abstract class RuntimeMap {
  readonly name: string
  readonly def: MapDef
  protected readonly core: Core
  /** Of its struct bpf_map: what programs hold as its address. */
  readonly address: number
  /** Locks, timers, kptrs … in a value. */
  readonly fields: ValueFields
  /** BPF_MAP_FREEZE: users write no more. */
  frozen = false

  /** `btf`: what the types of the definition stand in. */
  constructor(core: Core, def: MapDef, btf?: Btf) {
    this.core = core
    this.def = def
    this.name = def.name
    this.fields = new ValueFields(core, def, btf)
    this.address = mapObject(core, def)
    core.maps.set(this.address, this)
  }

  /** Programs' side. Addresses; 0 is NULL, errors are negative numbers. What a type does not have is EOPNOTSUPP, or NULL. */
  lookup(_key: number): number {
    return 0
  }
  update(_key: number, _value: number, _flags: number): number {
    return -errno.EOPNOTSUPP
  }
  delete(_key: number): number {
    return -errno.EOPNOTSUPP
  }
  push(_value: number, _flags: number): number {
    return -errno.EOPNOTSUPP
  }
  pop(_value: number): number {
    return -errno.EOPNOTSUPP
  }
  peek(_value: number): number {
    return -errno.EOPNOTSUPP
  }
  /** bpf_map_lookup_percpu_elem(). */
  lookupPercpu(_key: number, _cpu: number): number {
    return 0
  }
  /** bpf_for_each_map_elem(): `each` is given addresses, and ends it by answering not 0. How many elements it was called with, or an error. */
  forEach(_each: (key: number, value: number) => number): number {
    return -errno.EINVAL
  }
  /** bpf_redirect_map(): what is there to redirect to; undefined: nothing. */
  target(_index: number): bigint | undefined {
    return undefined
  }
  /** What an index of a prog array holds: 0, or the negative error of the bpf() system call. Throws a MachineError where the type holds no programs. */
  setProgram(_index: number, _program: MapProgram): number {
    throw new MachineError('misuse', `map ${this.name} is a ${this.def.type}, which holds no programs`)
  }
  /** The same of a map of maps. */
  setMap(_index: number, _map: RuntimeMap): number {
    throw new MachineError('misuse', `map ${this.name} is a ${this.def.type}, which holds no maps`)
  }
  /** Of a prog array: where in the machine's table of functions the program at an index begins; undefined: there is none. */
  programPlace(_index: number): number | undefined {
    return undefined
  }
  /** What it stores for an object that is gone goes too. */
  ownerGone(_owner: number): void {}
  /** Where values lie that the kernel keeps something in (`fields`), for when the map goes. */
  protected *held(): Iterable<number> {}
  /** What the types of the definition stand in; told by what makes it. */
  btf: Btf | undefined
  /** What was allocated for it, filled by what makes it. */
  blocks: ReadonlySet<Block> = new Set()
  /** Nobody uses the map any more: what its values hold is let go. */
  close(): void {
    if (this.closed) return
    this.closed = true
    if (this.fields.list.length > 0) for (const value of this.held()) this.fields.release(value)
  }
  private closed = false
  /** Its memory goes, too: nothing runs that could reach it, and no map has it in it. */
  free(): void {
    const { core } = this
    if (!this.closed || !core.maps.delete(this.address)) return
    core.mapEntries -= this.def.maxEntries
    core.memory.freeAll(this.blocks)
  }
  private requireOpen(): void {
    if (this.closed) throw new MachineError('misuse', `map ${this.name} was unloaded`)
  }
  /** How many elements a hash map has; 0 of other types, as bpf_map_sum_elem_count() tells it. */
  get elementCount(): number {
    return 0
  }
  /** `lookup`, for programs that are known to call it of this map: WebAssembly where the type has one. */
  get lookupCall(): (key: number) => number {
    return (key) => this.lookup(key)
  }
  /** What programs have in place of that call; undefined: they call. */
  get lookupInline(): Inline | undefined {
    return undefined
  }
  /** Where the first value lies, for programs that refer to it without a look-up. undefined: values of the type have no such place. */
  get firstValue(): number | undefined {
    return undefined
  }

  /** Where the value begins that an address lies in, or directly behind; undefined: in none. Types that cannot tell have no such method. */
  valueAround?(address: number): number | undefined

  /** The system call's side: each as the command of its name does it for the type, once users.ts has looked at what all types have in common. */
  /** Bytes of a value as users give and get it. */
  get userSize(): number {
    return this.def.valueSize
  }
  /** BPF_MAP_LOOKUP_ELEM: where the value lies; 0: there is none. */
  userLookup(key: number): number {
    return this.lookup(key)
  }
  /** What users get of a value; of a per-CPU map of one CPU's, if they ask for that. */
  userValue(value: number, _cpu?: number): Uint8Array {
    return this.fields.hidden(value, this.def.valueSize)
  }
  /** BPF_MAP_UPDATE_ELEM; `value` is `userSize` bytes. */
  userUpdate(key: number, value: number, flags: number): number {
    return this.update(key, value, flags)
  }
  userDelete(key: number): number {
    return this.delete(key)
  }
  /** BPF_MAP_LOOKUP_AND_DELETE_ELEM. */
  userTake(_key: number): Uint8Array | number {
    return -errno.ENOTSUPP
  }
  /** BPF_MAP_GET_NEXT_KEY: the key behind this one, or the first where `key` is 0; written to `next`. */
  userNext(_key: number, _next: number): number {
    return -errno.ENOTSUPP
  }

  /** Users' side: what the map holds, keys and values as the bpf() system call gives them (of per-CPU maps a value for each CPU, each at a multiple of 8). */
  entries(): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
    this.requireOpen()
    return mapElements(this.core, this)
  }
  /** undefined: there is none. Maps without keys have an empty one: queues and stacks answer what is first. */
  get(key: Uint8Array): Uint8Array | undefined {
    this.requireOpen()
    const value = mapLookup(this.core, this, { key: this.given(key) })
    return typeof value === 'number' ? undefined : value
  }
  /** 0 or a negative error. With an empty key, queues, stacks and bloom filters take the value in. */
  set(key: Uint8Array, value: Uint8Array, flags = 0): number {
    this.requireOpen()
    return mapUpdate(this.core, this, { key: this.given(key), value, flags })
  }
  remove(key: Uint8Array): number {
    this.requireOpen()
    return mapDelete(this.core, this, { key: this.given(key) })
  }
  /** No key is a null pointer for the system call. */
  private given(key: Uint8Array): Uint8Array | undefined {
    return key.length === 0 && this.def.keySize === 0 ? undefined : key
  }
}
