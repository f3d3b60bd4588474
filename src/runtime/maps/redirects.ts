// SPDX-License-Identifier: Apache-2.0
// Maps that XDP redirects by: to devices, to CPUs, to AF_XDP sockets. Packets are not sent: where a program sent them is what a run tells.

import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { IndexedMap } from './indexed.ts'
import { updateFlags } from './map.ts'
import { programAt, socketError, structAt } from './objects.ts'
import { IndexedWordsMap, KeyedWordsMap } from './words.ts'

/** struct bpf_devmap_val, bpf_cpumap_val: a number, then the descriptor of a program, 0 or less for none. */
const PROGRAM = 4

/** The program beside a device or CPU is one for XDP, or there is none. */
function programError({ core, value, size }: { core: Core; value: number; size: number }): number {
  const descriptor = size < 8 ? 0 : core.memory.view.getInt32(value + PROGRAM, true)
  if (descriptor <= 0) return 0
  return programAt(core, descriptor)?.type === 'BPF_PROG_TYPE_XDP' ? 0 : -errno.EINVAL
}

/** The value as it is kept: a descriptor that stands for none is 0. */
function store({ memory }: Core, to: number, from: number, size: number): void {
  memory.copy(to, from, size)
  if (size === 8 && memory.view.getInt32(to + PROGRAM, true) < 0) memory.setU32(to + PROGRAM, 0)
}

/** BPF_MAP_TYPE_DEVMAP and CPUMAP: a number other than 0 at an index, or nothing. */
abstract class NumbersMap extends IndexedMap {
  private readonly values: number

  constructor(core: Core, def: MapDef) {
    super(core, def)
    this.values = core.memory.allocate(8 * def.maxEntries, `values of map ${def.name}`)
  }

  /** 0, or why this number cannot be there. */
  protected abstract refused(index: number, value: number): number

  private at(index: number): number {
    const at = this.values + 8 * index
    return index < this.def.maxEntries && this.core.memory.u32(at) !== 0 ? at : 0
  }
  override lookup(key: number): number {
    return this.at(this.indexAt(key))
  }
  override update(key: number, value: number, flags: number): number {
    if (flags > updateFlags.BPF_EXIST) return -errno.EINVAL
    const index = this.indexAt(key)
    if (index >= this.def.maxEntries) return -errno.E2BIG
    if (flags === updateFlags.BPF_NOEXIST) return -errno.EEXIST
    const error = this.refused(index, value)
    if (error === 0) store(this.core, this.values + 8 * index, value, this.def.valueSize)
    return error
  }
  override delete(key: number): number {
    const index = this.indexAt(key)
    if (index >= this.def.maxEntries) return -errno.EINVAL
    this.core.memory.clear(this.values + 8 * index, 8)
    return 0
  }
  override target(index: number): bigint | undefined {
    const at = this.at(index)
    return at === 0 ? undefined : BigInt(this.core.memory.u32(at))
  }
}

/** The target is the device's number. */
export class DevMap extends NumbersMap {
  protected refused(_index: number, value: number): number {
    return deviceError(this.core, value, this.def.valueSize)
  }
}

function deviceError(core: Core, value: number, size: number): number {
  const device = core.memory.u32(value)
  const program = size === 8 ? core.memory.view.getInt32(value + PROGRAM, true) : 0
  if (device === 0) return program > 0 ? -errno.EINVAL : 0
  if (core.devices !== undefined && !core.devices.has(device)) return -errno.EINVAL
  return programError({ core, value, size })
}

/** The target is the size of the CPU's queue, its number the index. */
export class CpuMap extends NumbersMap {
  protected refused(index: number, value: number): number {
    const queue = this.core.memory.u32(value)
    if (queue > MOST_QUEUED) return -errno.EOVERFLOW
    if (index >= this.core.cpus) return -errno.ENODEV
    // what keeps the kernel's thread for the CPU from being made is all told as a lack of memory
    if (queue !== 0 && programError({ core: this.core, value, size: this.def.valueSize }) !== 0) return -errno.ENOMEM
    return 0
  }
}
const MOST_QUEUED = 16384

export class DevMapHash extends KeyedWordsMap {
  /** Programs get the value, struct bpf_devmap_val. */
  override lookup(key: number): number {
    const element = this.elements.find(key)
    return element === 0 ? 0 : this.elements.valueOf(element)
  }
  override update(key: number, value: number, flags: number): number {
    if (flags > updateFlags.BPF_EXIST || this.core.memory.u32(value) === 0) return -errno.EINVAL
    const old = this.elements.find(key)
    if (old !== 0 && flags === updateFlags.BPF_NOEXIST) return -errno.EEXIST
    const error = deviceError(this.core, value, this.def.valueSize)
    if (error !== 0) return error
    // BPF_EXIST asks for nothing here
    const at = this.place(key, old)
    if (at > 0) store(this.core, at, value, this.def.valueSize)
    return Math.min(at, 0)
  }
  override delete(key: number): number {
    return this.take(key)
  }
  override target(index: number): bigint | undefined {
    const { memory } = this.core
    for (let element = this.elements.oldest; element !== 0; element = this.elements.after(element))
      if (memory.u32(this.elements.keyOf(element)) === index >>> 0)
        return BigInt(memory.u32(this.elements.valueOf(element)))
    return undefined
  }
}

/** BPF_MAP_TYPE_XSKMAP: sockets of AF_XDP. The target is the socket. */
export class XskMap extends IndexedWordsMap {
  override userLookup(): number {
    return -errno.EOPNOTSUPP
  }
  override userUpdate(key: number, value: number, flags: number): number {
    if (flags > updateFlags.BPF_EXIST) return -errno.EINVAL
    const index = this.indexAt(key)
    if (index >= this.def.maxEntries) return -errno.E2BIG
    const socket = this.core.memory.u32(value)
    const error = socketError(this.core, socket)
    if (error !== 0) return error
    if (structAt(this.core, socket) !== 'xdp_sock') return -errno.EOPNOTSUPP
    return this.put(index, socket, flags)
  }
  override delete(key: number): number {
    const index = this.indexAt(key)
    if (index >= this.def.maxEntries) return -errno.EINVAL
    this.words[index] = 0
    return 0
  }
}
