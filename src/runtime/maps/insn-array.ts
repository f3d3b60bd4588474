// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_INSN_ARRAY, since 6.19: jump tables. Users see offsets of instructions, struct bpf_insn_array_value; programs an array of
// addresses, a word each, which here are slots of the program: what gotox takes.

import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { IndexedMap } from './indexed.ts'
import { updateFlags } from './map.ts'

/** struct bpf_insn_array_value: where its fields lie. */
const VALUE = 16
const place = { original: 0, translated: 4, jitted: 8 } as const
const WORD = 8

export class InsnArrayMap extends IndexedMap {
  private readonly values: number
  private readonly words: number

  constructor(core: Core, def: MapDef) {
    super(core, def)
    this.values = core.memory.allocate(VALUE * def.maxEntries, `values of map ${def.name}`)
    this.words = core.memory.allocate(WORD * def.maxEntries, `jump table ${def.name}`)
    for (const [index, slot] of (def.targets ?? []).entries()) {
      const { memory } = core
      memory.setU32(this.values + index * VALUE + place.original, slot)
      memory.setU32(this.values + index * VALUE + place.translated, slot)
      memory.setPointer(this.words + index * WORD, slot)
    }
  }

  override get firstValue(): number {
    return this.words
  }
  override userLookup(key: number): number {
    const index = this.indexAt(key)
    return index < this.def.maxEntries ? this.values + index * VALUE : 0
  }
  override userUpdate(key: number, value: number, flags: number): number {
    const { memory } = this.core
    const index = this.indexAt(key)
    if (index >= this.def.maxEntries) return -errno.E2BIG
    if ((flags & updateFlags.BPF_NOEXIST) !== 0) return -errno.EEXIST
    if (memory.u32(value + place.translated) !== 0 || memory.u32(value + place.jitted) !== 0) return -errno.EINVAL
    memory.setU32(this.values + index * VALUE + place.original, memory.u32(value + place.original))
    return 0
  }
  override userDelete(): number {
    return -errno.EINVAL
  }
}
