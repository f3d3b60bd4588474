// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_STRUCT_OPS: one value, struct bpf_struct_ops_NAME: a count and a state, then the struct at the next cache line. Which
// programs its functions are is not told in the value: functions are 0 there.

import type { MapDef } from '../../object/index.ts'
import { mapFlags } from '../../uapi/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { IndexedMap } from './indexed.ts'

/** enum bpf_struct_ops_state. */
export const structOpsStates = { INIT: 0, INUSE: 1, TOBEFREE: 2, READY: 3 } as const
export type StructOpsState = keyof typeof structOpsStates

/** Where the state lies in the value, and the struct. */
const STATE = 4
const DATA = 64

/** What the map is of: an object's variable. */
export interface StructOpsOwner {
  /** Of the members that are no functions: where each lies in the struct, and its bytes. */
  readonly data: readonly { readonly offset: number; readonly bytes: Uint8Array }[]
  /** 0, or the error of whoever declared the struct. */
  reg(): number
  unreg(): void
}

export class StructOpsMap extends IndexedMap {
  private readonly value: number
  owner: StructOpsOwner | undefined

  constructor(core: Core, def: MapDef) {
    super(core, def)
    this.value = core.memory.allocate(Math.max(DATA, def.valueSize), `value of map ${def.name}`)
  }

  get state(): StructOpsState {
    const number = this.core.memory.u32(this.value + STATE)
    return (Object.keys(structOpsStates) as StructOpsState[]).find((name) => structOpsStates[name] === number) ?? 'INIT'
  }
  private set state(name: StructOpsState) {
    this.core.memory.setU32(this.value + STATE, structOpsStates[name])
  }
  get isLinked(): boolean {
    return (this.def.flags & mapFlags.BPF_F_LINK) !== 0
  }

  /** The object's own value is set: 0, or an error. */
  register(): number {
    return this.become(() => {
      for (const { offset, bytes } of this.owner?.data ?? []) this.core.memory.write(this.value + DATA + offset, bytes)
    })
  }

  private become(write: () => void): number {
    if (this.state !== 'INIT') return -errno.EBUSY
    write()
    const error = this.isLinked ? 0 : (this.owner?.reg() ?? 0)
    if (error === 0) this.state = this.isLinked ? 'READY' : 'INUSE'
    else this.core.memory.u8.fill(0, this.value, this.value + this.def.valueSize)
    return error
  }

  override get firstValue(): number {
    return this.value
  }
  override userLookup(key: number): number {
    return this.indexAt(key) === 0 ? this.value : -errno.ENOENT
  }
  override userUpdate(key: number, value: number, flags: number): number {
    const { memory } = this.core
    if (flags !== 0) return -errno.EINVAL
    if (this.indexAt(key) !== 0) return -errno.E2BIG
    // count and state are the kernel's to say
    if (memory.u32(value) !== 0 || memory.u32(value + STATE) !== 0) return -errno.EINVAL
    return this.become(() => memory.copy(this.value, value, this.def.valueSize))
  }
  /** It is registered once: the kernel frees it when nobody is within it any more. */
  override userDelete(key: number): number {
    if (this.isLinked) return -errno.EOPNOTSUPP
    if (this.indexAt(key) !== 0) return -errno.ENOENT
    if (this.state === 'TOBEFREE') return -errno.EINPROGRESS
    if (this.state !== 'INUSE') return -errno.ENOENT
    this.state = 'TOBEFREE'
    this.owner?.unreg()
    return 0
  }
}
