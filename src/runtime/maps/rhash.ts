// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_RHASH, since 7.3: a hash map whose table grows. A value that is updated changes where it lies, as in an array: what the
// kernel keeps in it stays, but for what is to happen later.

import { errno } from '../core/errno.ts'
import { HashMap } from './hash.ts'
import { isLocked, updateFlags } from './map.ts'

const { BPF_EXIST, BPF_F_LOCK } = updateFlags

export class RhashMap extends HashMap {
  /** Values of elements that were deleted: what they hold is theirs until their memory is used again. */
  private readonly deleted = new Set<number>()

  override update(key: number, value: number, flags: number): number {
    const locked = isLocked(flags)
    const rest = locked ? flags - BPF_F_LOCK : flags
    if (rest > BPF_EXIST || (locked && !this.fields.hasLock)) return -errno.EINVAL
    const old = this.used(key)
    const refused = this.refused(old, rest)
    if (refused !== 0) return refused
    if (old === 0) this.forget()
    const at = this.elements.valueOf(old === 0 ? this.elements.insert(key) : old)
    this.fields.copy(at, value, this.def.valueSize)
    if (old !== 0) this.fields.cancel(at)
    return 0
  }

  protected override drop(element: number): void {
    const value = this.elements.valueOf(element)
    this.fields.cancel(value)
    this.elements.remove(element)
    if (this.fields.list.length > 0) this.deleted.add(value)
  }
  protected override *held(): Iterable<number> {
    yield* super.held()
    yield* this.deleted
  }

  private forget(): void {
    for (const value of this.deleted) this.fields.release(value)
    this.deleted.clear()
  }
}
