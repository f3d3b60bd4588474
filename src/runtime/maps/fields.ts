// SPDX-License-Identifier: Apache-2.0
// Fields of map values that the kernel keeps for itself: locks, timers, kptrs, lists. Updates copy around them, users read zeros there, and
// what they hold goes with the element. Which those are is known of accepted programs; here is only where they lie.

import { type Btf, type BtfId, resolveType, sizeOf } from '../../btf/index.ts'
import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'

export interface ValueField {
  /** 'bpf_timer', 'bpf_spin_lock', …; 'kptr', 'kptr_untrusted', 'percpu_kptr', 'uptr' of pointers with such a tag. */
  readonly kind: string
  readonly offset: number
  readonly size: number
  /** Of a pointer: what it points at; of a list or tree: itself. In `btf`. */
  readonly typeId: BtfId
  readonly btf: Btf
}

const structs: ReadonlySet<string> = new Set([
  'bpf_spin_lock',
  'bpf_res_spin_lock',
  'bpf_timer',
  'bpf_wq',
  'bpf_task_work',
  'bpf_list_head',
  'bpf_rb_root',
  'bpf_refcount',
])
const laterKinds: ReadonlySet<string> = new Set(['bpf_timer', 'bpf_wq', 'bpf_task_work'])
const tags: ReadonlySet<string> = new Set(['kptr', 'kptr_untrusted', 'percpu_kptr', 'uptr'])
/** A kernel takes values with far fewer. */
const MOST_FIELDS = 64

export class ValueFields {
  readonly list: readonly ValueField[]
  readonly hasLock: boolean
  private readonly core: Core

  constructor(core: Core, { valueTypeId }: Pick<MapDef, 'valueTypeId'>, btf?: Btf) {
    this.core = core
    const list: ValueField[] = []
    if (btf !== undefined && valueTypeId !== 0) collect(btf, valueTypeId, 0, list)
    this.list = list.sort((one, other) => one.offset - other.offset)
    this.hasLock = list.some(({ kind }) => kind === 'bpf_spin_lock')
  }

  /** Copies a value of `size` bytes, but for these. */
  copy(to: number, from: number, size: number): void {
    const { memory } = this.core
    let at = 0
    for (const { offset, size: length } of this.list) {
      memory.copy(to + at, from + at, offset - at)
      at = offset + length
    }
    memory.copy(to + at, from + at, size - at)
  }
  /** The value, zeros in their place. */
  hidden(value: number, size: number): Uint8Array {
    const bytes = this.core.memory.read(value, size)
    for (const { offset, size: length } of this.list) bytes.fill(0, offset, offset + length)
    return bytes
  }
  /** What is to happen later does not. */
  cancel(value: number): void {
    for (const field of this.list) {
      if (!laterKinds.has(field.kind)) continue
      this.core.fieldReleases.get(field.kind)?.(value + field.offset, field)
      this.core.memory.clear(value + field.offset, field.size)
    }
  }
  /** What they hold is let go, as when the element is deleted; locks stay. */
  release(value: number): void {
    for (const field of this.list) {
      if (field.kind.endsWith('spin_lock')) continue
      this.core.fieldReleases.get(field.kind)?.(value + field.offset, field)
      this.core.memory.clear(value + field.offset, field.size)
    }
  }
}

function collect(btf: Btf, typeId: BtfId, offset: number, into: ValueField[]): void {
  if (into.length >= MOST_FIELDS) return
  const type = resolveType(btf, typeId)
  if (type.kind === 'array') {
    const size = sizeOf(btf, type.type) ?? 0
    for (let i = 0; i < type.count && into.length < MOST_FIELDS; i++) {
      const before = into.length
      collect(btf, type.type, offset + i * size, into)
      // elements are alike: an array of what has none is passed over
      if (into.length === before) return
    }
  } else if (type.kind === 'ptr') {
    const kind = tagOf(btf, type.type)
    if (kind !== undefined) into.push({ kind, offset, size: 8, typeId: type.type, btf })
  } else if (type.kind === 'struct') {
    if (structs.has(type.name)) into.push({ kind: type.name, offset, size: type.size, typeId: type.id, btf })
    else for (const member of type.members) collect(btf, member.type, offset + (member.bitOffset >> 3), into)
  } else if (type.kind === 'datasec') {
    for (const entry of type.entries) {
      const variable = btf.type(entry.type)
      if (variable.kind === 'var') collect(btf, variable.type, offset + entry.offset, into)
    }
  }
}

function tagOf(btf: Btf, typeId: BtfId): string | undefined {
  const type = btf.type(typeId)
  return type.kind === 'type_tag' && tags.has(type.name) ? type.name : undefined
}
