// SPDX-License-Identifier: Apache-2.0
// Local storage of sockets, tasks, inodes and cgroups: a value for each owner that was given one. Users name the owner by descriptor, here
// its address (an inode by its own or that of an open file); programs have the owner at hand.

import type { Btf } from '../../btf/index.ts'
import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { fieldNumber } from '../core/objects.ts'
import { Elements } from './elements.ts'
import { isLocked, RuntimeMap, updateFlags } from './map.ts'
import { socketError, structAt } from './objects.ts'

const { BPF_NOEXIST, BPF_EXIST, BPF_F_LOCK } = updateFlags
/** How many owners there are to be, about: more only make look-ups slower. */
const OWNERS = 1024

export abstract class StorageMap extends RuntimeMap {
  private readonly elements: Elements
  private readonly owner: number

  constructor(core: Core, def: MapDef, btf?: Btf) {
    super(core, def, btf)
    const { name, valueSize } = def
    this.elements = new Elements(core, { name, keySize: 8, maxEntries: OWNERS, valueSize })
    this.owner = core.memory.allocate(8, `owner of map ${name}`)
  }

  /** The owner that users name; or a negative error. */
  protected abstract ownerAt(descriptor: number): number

  /** The value of an owner; 0: it has none. `create`: then it gets one, a copy of what `value` points at, or zeros. */
  storage(owner: number, { create = false, value = 0 } = {}): number {
    const found = this.find(owner)
    if (found !== 0) return this.elements.valueOf(found)
    if (!create) return 0
    const at = this.elements.valueOf(this.elements.insert(this.owner))
    if (value !== 0) this.fields.copy(at, value, this.def.valueSize)
    return at
  }
  /** Takes an owner's value away: 0 or -ENOENT. */
  drop(owner: number): number {
    const found = this.find(owner)
    if (found === 0) return -errno.ENOENT
    this.fields.release(this.elements.valueOf(found))
    this.elements.remove(found)
    return 0
  }

  override valueAround(address: number): number | undefined {
    const element = this.elements.around(address)
    const value = element === undefined ? undefined : this.elements.valueOf(element)
    return value === undefined || address < value ? undefined : value
  }

  override ownerGone(owner: number): void {
    this.drop(owner)
  }
  protected override *held(): Iterable<number> {
    const { elements } = this
    for (let element = elements.oldest; element !== 0; element = elements.after(element))
      yield elements.valueOf(element)
  }

  override userLookup(key: number): number {
    const owner = this.ownerAt(this.core.memory.u32(key))
    return owner < 0 ? owner : this.storage(owner)
  }
  override userUpdate(key: number, value: number, flags: number): number {
    const owner = this.ownerAt(this.core.memory.u32(key))
    if (owner < 0) return owner
    const locked = isLocked(flags)
    const rest = locked ? flags - BPF_F_LOCK : flags
    if (rest > BPF_EXIST) return -errno.EINVAL
    const old = this.find(owner)
    if (old !== 0 && rest === BPF_NOEXIST) return -errno.EEXIST
    if (old === 0 && rest === BPF_EXIST) return -errno.ENOENT
    // as in hash maps: without the lock a new value takes the old one's place
    if (old === 0) this.storage(owner, { create: true, value })
    else if (locked) this.fields.copy(this.elements.valueOf(old), value, this.def.valueSize)
    else {
      this.fields.release(this.elements.valueOf(old))
      this.fields.copy(this.elements.valueOf(this.elements.replace(old)), value, this.def.valueSize)
    }
    return 0
  }
  override userDelete(key: number): number {
    const owner = this.ownerAt(this.core.memory.u32(key))
    return owner < 0 ? owner : this.drop(owner)
  }
  /** By owner's address, although the system call has no way to ask. */
  override *entries(): Iterable<readonly [Uint8Array, Uint8Array]> {
    const { elements } = this
    for (let element = elements.oldest; element !== 0; element = elements.after(element))
      yield [this.core.memory.read(elements.keyOf(element), 4), this.userValue(elements.valueOf(element))]
  }

  private find(owner: number): number {
    this.core.memory.setPointer(this.owner, owner)
    return this.elements.find(this.owner)
  }
}

export class SkStorageMap extends StorageMap {
  protected ownerAt(descriptor: number): number {
    const error = socketError(this.core, descriptor)
    return error === 0 ? descriptor : error
  }
}

export class TaskStorageMap extends StorageMap {
  protected ownerAt(descriptor: number): number {
    return structAt(this.core, descriptor) === 'task_struct' ? descriptor : -errno.EBADF
  }
}

export class CgrpStorageMap extends StorageMap {
  protected ownerAt(descriptor: number): number {
    return structAt(this.core, descriptor) === 'cgroup' ? descriptor : -errno.EBADF
  }
}

export class InodeStorageMap extends StorageMap {
  protected ownerAt(descriptor: number): number {
    const struct = structAt(this.core, descriptor)
    if (struct === 'inode') return descriptor
    return struct === 'file' ? fieldNumber(this.core, descriptor, 'file', 'f_inode') : -errno.EBADF
  }
}
