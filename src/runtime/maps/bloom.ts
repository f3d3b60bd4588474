// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_BLOOM_FILTER. The kernel's may take a value for one that was pushed; which, depends on its random seed. This one never errs:
// what was pushed is there, nothing else is, so a test cannot fail by chance.

import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { RuntimeMap, updateFlags } from './map.ts'
import { Elements } from './elements.ts'

export class BloomFilterMap extends RuntimeMap {
  private readonly elements: Elements

  constructor(core: Core, def: MapDef) {
    super(core, def)
    const { name, valueSize, maxEntries } = def
    this.elements = new Elements(core, { name, keySize: valueSize, valueSize: 0, maxEntries })
  }

  override push(value: number, flags: number): number {
    if (flags !== updateFlags.BPF_ANY) return -errno.EINVAL
    if (this.elements.find(value) === 0) this.elements.insert(value)
    return 0
  }
  override peek(value: number): number {
    return this.elements.find(value) === 0 ? -errno.ENOENT : 0
  }
  override userNext(): number {
    return -errno.EOPNOTSUPP
  }
  override *entries(): Iterable<readonly [Uint8Array, Uint8Array]> {}
}
