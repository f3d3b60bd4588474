// SPDX-License-Identifier: Apache-2.0
// kfuncs on maps.

import { model, type Models } from '../core/abi.ts'

export const mapKfuncs: Models = {
  bpf_map_sum_elem_count: model(['i32'], 'i64', (core) => (map) => BigInt(core.mapAt(map).elementCount)),
}
