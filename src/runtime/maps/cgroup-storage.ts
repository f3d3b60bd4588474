// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_CGROUP_STORAGE and its per-CPU kin: a value for each cgroup that a program with the map is attached to (and, where keys
// have 16 bytes, for each way of attaching). Attaching makes it; users can only change it.

import type { Btf } from '../../btf/index.ts'
import type { MapDef } from '../../object/index.ts'
import type { Core, Invocation } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { Elements } from './elements.ts'
import { nextKey } from './hash.ts'
import { isLocked, RuntimeMap, updateFlags } from './map.ts'

/** Where a program is attached. */
export interface Attachment {
  readonly cgroupId: bigint
  /** enum bpf_attach_type */
  readonly attachType: number
}
const ATTACHMENTS = 256

export class CgroupStorageMap extends RuntimeMap {
  private readonly elements: Elements
  private readonly stride: number
  private readonly copies: number
  private readonly key: number
  /** What a run has that is not attached anywhere: zeros at its begin, and nothing that users see. */
  private readonly own: number
  private ownRun: Invocation | undefined

  constructor(core: Core, def: MapDef, btf?: Btf) {
    super(core, def, btf)
    this.stride = (def.valueSize + 7) & ~7
    this.copies = def.type.includes('PERCPU') ? core.cpus : 1
    const { name, keySize } = def
    this.elements = new Elements(core, { name, keySize, maxEntries: ATTACHMENTS, valueSize: this.stride * this.copies })
    this.key = core.memory.allocate(16, `key of map ${name}`)
    this.own = core.memory.allocate(Math.max(8, this.stride * this.copies), `value of map ${name}`)
  }

  /** bpf_get_local_storage(): the value of where the program is attached (undefined: nowhere, as in a test run), on this CPU. */
  storage(attachment?: Attachment): number {
    const { memory, current } = this.core
    if (attachment === undefined) {
      if (current !== this.ownRun) memory.clear(this.own, this.stride * this.copies)
      this.ownRun = current
      return this.onCpu(this.own)
    }
    const { cgroupId, attachType } = attachment
    memory.setNumber(this.key, 8, cgroupId)
    memory.setNumber(this.key + 8, 8, attachType)
    const element = this.elements.find(this.key) || this.elements.insert(this.key)
    return this.onCpu(this.elements.valueOf(element))
  }
  private onCpu(value: number): number {
    return value + (this.copies === 1 ? 0 : this.core.cpu * this.stride)
  }

  override get userSize(): number {
    return this.copies === 1 ? this.def.valueSize : this.stride * this.copies
  }
  override userLookup(key: number): number {
    const element = this.elements.find(key)
    return element === 0 ? 0 : this.elements.valueOf(element)
  }
  override userValue(value: number): Uint8Array {
    return this.copies === 1 ? super.userValue(value) : this.core.memory.read(value, this.userSize)
  }
  override userUpdate(key: number, value: number, flags: number): number {
    const locked = isLocked(flags)
    const rest = locked ? flags - updateFlags.BPF_F_LOCK : flags
    // none is ever made by users: BPF_NOEXIST makes no sense
    if (rest !== updateFlags.BPF_ANY && rest !== updateFlags.BPF_EXIST) return -errno.EINVAL
    const element = this.elements.find(key)
    if (element === 0) return -errno.ENOENT
    this.fields.copy(this.elements.valueOf(element), value, this.userSize)
    return 0
  }
  override userDelete(): number {
    return -errno.EINVAL
  }
  override userNext(key: number, next: number): number {
    // a key that is not there leads nowhere
    if (key !== 0 && this.elements.find(key) === 0) return -errno.ENOENT
    return nextKey(this.core, this.elements, key, next)
  }
}
