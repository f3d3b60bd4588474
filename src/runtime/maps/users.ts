// SPDX-License-Identifier: Apache-2.0
// The bpf() system call on maps: what its commands look at whatever the type. Answers are 0, bytes, or a negative error.
// What the kernel calls a file descriptor is here the address of the object: of a map's struct bpf_map, a program, a socket, a cgroup.

import { mapFlags } from '../../uapi/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { remember } from '../core/remember.ts'
import type { RuntimeMap } from './map.ts'
import { cpuIn, flagsError, hasCpuFlags, LOOKUP_FLAGS, sizeWith } from './one-cpu.ts'

const F_LOCK = 4

/** An element of a map. */
export interface ElementRequest {
  /** undefined: a null pointer, as maps without keys want it. */
  readonly key?: Uint8Array | undefined
  readonly flags?: number
}
export interface UpdateRequest extends ElementRequest {
  readonly value: Uint8Array
}
/** Bloom filters are asked with a value. */
export interface LookupRequest extends ElementRequest {
  readonly value?: Uint8Array | undefined
}

export function mapLookup(core: Core, map: RuntimeMap, request: LookupRequest): Uint8Array | number {
  const { key, value, flags = 0 } = request
  if (!hasCpuFlags(core) && flags !== 0 && flags !== F_LOCK) return -errno.EINVAL
  if (!mayRead(map)) return -errno.EPERM
  const refused = flagsError(core, map, flags, LOOKUP_FLAGS)
  if (refused !== 0) return refused
  const place = placesOf(core, map, key)
  if (typeof place === 'number') return place
  if (value !== undefined) {
    if (value.length !== map.userSize) return -errno.EINVAL
    core.memory.write(place.value, value)
  }
  return lookupAt(core, map, place, cpuIn(core, flags))
}

/** Maps without keys are looked at by peeking. */
function lookupAt({ memory }: Core, map: RuntimeMap, place: Places, cpu?: number): Uint8Array | number {
  if (peeked.has(map.def.type)) {
    const error = map.peek(place.value)
    return error < 0 ? error : memory.read(place.value, map.userSize)
  }
  const found = map.userLookup(place.key)
  if (found < 0) return found
  return found === 0 ? -errno.ENOENT : map.userValue(found, cpu)
}
const peeked: ReadonlySet<string> = new Set(['BPF_MAP_TYPE_QUEUE', 'BPF_MAP_TYPE_STACK', 'BPF_MAP_TYPE_BLOOM_FILTER'])

export function mapUpdate(core: Core, map: RuntimeMap, request: UpdateRequest): number {
  const { key, value, flags = 0 } = request
  if (!mayWrite(map)) return -errno.EPERM
  const refused = hasCpuFlags(core) ? flagsError(core, map, flags, -1) : 0
  if (refused !== 0) return refused
  if (asks(flags, F_LOCK) && !map.fields.hasLock) return -errno.EINVAL
  const place = placesOf(core, map, key)
  if (typeof place === 'number') return place
  if (value.length !== sizeWith(core, map, flags)) return -errno.EINVAL
  core.memory.write(place.value, value)
  return peeked.has(map.def.type) ? map.push(place.value, flags) : map.userUpdate(place.key, place.value, flags)
}
/** Flags are numbers without sign of up to 64 bits. */
const asks = (flags: number, bit: number): boolean => Math.floor(flags / bit) % 2 === 1

export function mapDelete(core: Core, map: RuntimeMap, { key }: ElementRequest): number {
  if (!mayWrite(map)) return -errno.EPERM
  const place = placesOf(core, map, key)
  return typeof place === 'number' ? place : map.userDelete(place.key)
}

/** BPF_MAP_LOOKUP_AND_DELETE_ELEM. */
export function mapTake(core: Core, map: RuntimeMap, { key, flags = 0 }: ElementRequest): Uint8Array | number {
  if (flags !== 0 && flags !== F_LOCK) return -errno.EINVAL
  if (!mayRead(map) || !mayWrite(map)) return -errno.EPERM
  if (flags === F_LOCK && !map.fields.hasLock) return -errno.EINVAL
  const place = placesOf(core, map, key)
  if (typeof place === 'number') return place
  return map.userTake(place.key)
}

/** BPF_MAP_GET_NEXT_KEY. */
export function mapNext(core: Core, map: RuntimeMap, { key }: ElementRequest): Uint8Array | number {
  if (!mayRead(map)) return -errno.EPERM
  const { keySize } = map.def
  if (key !== undefined && (keySize === 0 || key.length !== keySize)) return -errno.EINVAL
  const at = room(core, keySize * 2 + 16)
  if (key !== undefined) core.memory.write(at, key)
  const next = at + ((keySize + 7) & ~7)
  const error = map.userNext(key === undefined ? 0 : at, next)
  return error < 0 ? error : core.memory.read(next, keySize)
}

/** BPF_MAP_FREEZE. */
export function mapFreeze(map: RuntimeMap): number {
  if (map.def.type === 'BPF_MAP_TYPE_STRUCT_OPS' || map.fields.list.length > 0) return -errno.ENOTSUPP
  if (!mayWrite(map)) return -errno.EPERM
  map.frozen = true
  return 0
}

/** Every element, by BPF_MAP_GET_NEXT_KEY and BPF_MAP_LOOKUP_ELEM; where the type's values cannot be looked up, none. */
export function* mapElements(core: Core, map: RuntimeMap): Iterable<readonly [Uint8Array, Uint8Array]> {
  let key = mapNext(core, map, {})
  for (; typeof key !== 'number'; key = mapNext(core, map, { key })) {
    const value = mapLookup(core, map, { key })
    if (typeof value !== 'number') yield [key, value]
  }
}

const mayRead = ({ def }: RuntimeMap): boolean => (def.flags & mapFlags.BPF_F_WRONLY) === 0
const mayWrite = ({ def, frozen }: RuntimeMap): boolean => !frozen && (def.flags & mapFlags.BPF_F_RDONLY) === 0

interface Places {
  readonly key: number
  readonly value: number
}

/** Puts the key in the machine's memory, and has room for a value; both are good until the next call. */
function placesOf(core: Core, map: RuntimeMap, key: Uint8Array | undefined): Places | number {
  const { keySize } = map.def
  if (key === undefined && keySize > 0) return -errno.EFAULT
  if (key !== undefined && (keySize === 0 || key.length !== keySize)) return -errno.EINVAL
  const at = room(core, keySize + map.userSize + 16)
  if (key !== undefined) core.memory.write(at, key)
  return { key: at, value: at + ((keySize + 7) & ~7) }
}

function room(core: Core, size: number): number {
  const held = exchange(core)
  if (held.size < size) {
    if (held.address !== 0) core.memory.free(held.address)
    held.address = core.memory.allocate(size, 'what bpf() is given')
    held.size = size
  }
  return held.address
}
const exchange = remember(() => ({ address: 0, size: 0 }))
