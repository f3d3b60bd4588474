// SPDX-License-Identifier: Apache-2.0
// What every map is. Programs use a map by addresses: of a key, of a value; users by bytes, as the bpf() system call does.

import type { MapDef } from '../../object/index.ts'
import { errno } from '../core/errno.ts'
import type { Core } from '../core/core.ts'

/** BPF_ANY … of map updates. */
export const updateFlags = { BPF_ANY: 0, BPF_NOEXIST: 1, BPF_EXIST: 2, BPF_F_LOCK: 4 } as const

export abstract class RuntimeMap {
  readonly name: string
  readonly def: MapDef
  protected readonly core: Core
  /** Of its struct bpf_map: what programs hold as its address. */
  readonly address: number

  constructor(core: Core, def: MapDef) {
    this.core = core
    this.def = def
    this.name = def.name
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
  /** `values = { … }` of the object: what an index of a prog array, or of a map of maps, holds. */
  setProgram(_index: number, _program: { readonly place: number }): void {}
  setMap(_index: number, _map: RuntimeMap): void {}
  /** Of a prog array: where in the machine's table of functions the program at an index begins; undefined: there is none. */
  programPlace(_index: number): number | undefined {
    return undefined
  }
  /** Where the first value lies, for programs that refer to it without a look-up. undefined: values of the type have no such place. */
  get firstValue(): number | undefined {
    return undefined
  }
  /** bpf_redirect_map(): what is there to redirect to; undefined: nothing. */
  target(_key: number): bigint | undefined {
    return undefined
  }

  /** Users' side: what the map holds, keys and values as the bpf() system call gives them (of per-CPU maps a value for each CPU, each at a multiple of 8). */
  abstract entries(): Iterable<readonly [key: Uint8Array, value: Uint8Array]>
  abstract get(key: Uint8Array): Uint8Array | undefined
  /** 0 or a negative error. */
  abstract set(key: Uint8Array, value: Uint8Array, flags?: number): number
  abstract remove(key: Uint8Array): number
}

/** A struct bpf_map of this kernel that says what the map is: programs may read it. */
function mapObject({ memory, layouts }: Core, def: MapDef): number {
  const struct = layouts.struct('bpf_array') ?? layouts.struct('bpf_map')
  const address = memory.allocate(Math.max(struct?.size ?? 0, 512), `map ${def.name}`)
  for (const [field, value] of [
    ['map_type', def.typeId],
    ['key_size', def.keySize],
    ['value_size', def.valueSize],
    ['max_entries', def.maxEntries],
    ['map_flags', def.flags],
  ] as const) {
    const at = layouts.find('bpf_map', field)
    if (at !== undefined) memory.setNumber(address + at.offset, at.size, value)
  }
  const name = layouts.find('bpf_map', 'name')
  if (name !== undefined) memory.write(address + name.offset, new TextEncoder().encode(def.kernelName.slice(0, 15)))
  return address
}
