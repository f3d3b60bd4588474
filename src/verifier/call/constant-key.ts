// SPDX-License-Identifier: Apache-2.0
// The key of a look-up that is known before it runs: an array's element at a constant index within it is there, so what the look-up
// returns is never NULL (since 6.14).

import type { Env } from '../env.ts'
import { markSlotPrecise } from '../explore/precision.ts'
import * as scalar from '../scalar/index.ts'
import { byteType, isSpilledScalar, SPILL, ZERO } from '../state/stack.ts'
import { constVar, hasVarOff } from '../access/regions.ts'

/** BPF_F_INNER_MAP: what is in the outer map may be larger or smaller. */
const INNER_MAP = 0x1000
const arrays = new Set(['BPF_MAP_TYPE_ARRAY', 'BPF_MAP_TYPE_PERCPU_ARRAY'])

/** The register points to a constant on the stack that is an index of the array. */
export function isKeyWithinArray(env: Env, number: number, mapIndex: number): boolean {
  const map = env.map(mapIndex)
  if (!env.rules.arraysHaveAll || !arrays.has(map.type) || (map.flags & INNER_MAP) !== 0) return false
  const key = constantKey(env, number, map.keySize)
  return key !== undefined && key >= 0n && key < BigInt(map.maxEntries)
}

function constantKey(env: Env, number: number, size: number): bigint | undefined {
  const reg = env.reg(number)
  if (reg.kind !== 'fp' || hasVarOff(reg)) return undefined
  const frame = env.state.frames[reg.frame]
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
  markSlotPrecise(env, reg.frame, index)
  return BigInt.asIntN(64, scalar.constValue(slot.reg.var))
}
