// SPDX-License-Identifier: Apache-2.0
// The key of a look-up that is known before it runs: an array's element at a constant index within it is there, so what the look-up
// returns is never NULL (since 6.14).

import type { Walk } from '../../engine/walk.ts'
import { markSlotPrecise } from '../../engine/precision.ts'
import * as scalar from '../../scalar/index.ts'
import { byteType, isSpilledScalar, SPILL, ZERO } from '../../state/stack.ts'
import { constVar, hasVarOff } from '../../access/regions.ts'

/** BPF_F_INNER_MAP: what is in the outer map may be larger or smaller. */
const INNER_MAP = 0x1000
const arrays = new Set(['BPF_MAP_TYPE_ARRAY', 'BPF_MAP_TYPE_PERCPU_ARRAY'])

/** The register points to a constant on the stack that is an index of the array. */
export function isKeyWithinArray(walk: Walk, number: number, mapIndex: number): boolean {
  const map = walk.program.map(mapIndex)
  if (!walk.model.rules.arraysHaveAll || !arrays.has(map.type) || (map.flags & INNER_MAP) !== 0) return false
  const key = constantKey(walk, number, map.keySize)
  return key !== undefined && key >= 0n && key < BigInt(map.maxEntries)
}

function constantKey(walk: Walk, number: number, size: number): bigint | undefined {
  const reg = walk.reg(number)
  if (reg.kind !== 'fp' || hasVarOff(reg)) return undefined
  const frame = walk.state.frames[reg.frame]
  const at = -(reg.off + constVar(reg)) - 1
  if (frame === undefined || at < 0) return undefined
  const index = Math.trunc(at / 8)
  const slot = frame.slot(index)
  // bytes are numbered against their addresses
  const bytesOf = (type: number): number => {
    let count = 0
    for (let i = at % 8; i >= 0 && byteType(slot, i) === type; i--) count++
    return count
  }
  if (bytesOf(ZERO) >= size) return 0n
  if (!isSpilledScalar(slot) || bytesOf(SPILL) !== size || !scalar.isConst(slot.reg.var)) return undefined
  // the verdict stands on this value
  markSlotPrecise(walk, reg.frame, index)
  return BigInt.asIntN(64, scalar.constValue(slot.reg.var))
}
