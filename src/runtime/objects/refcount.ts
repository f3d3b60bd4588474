// SPDX-License-Identifier: Apache-2.0
// Counts of references within the kernel's objects.

import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { type Memory, POISON } from '../core/memory.ts'

/** false: nobody has it any more, and it cannot be had again. */
export function tryGet({ memory }: Core, count: number): boolean {
  const now = memory.u32(count)
  if (now === 0) return false
  requireThere(memory, count)
  memory.setU32(count, now + 1)
  return true
}

/** true: that was the last. */
export function put({ memory }: Core, count: number, what: string): boolean {
  const now = memory.u32(count)
  requireThere(memory, count)
  if (now === 0) throw new MachineError('misuse', `${what} is released more often than it was acquired`)
  memory.setU32(count, now - 1)
  return now === 1
}

/** No count comes to what freed memory holds. */
const POISONED = POISON * 0x0101_0101

function requireThere(memory: Memory, count: number): void {
  const block = memory.u32(count) === POISONED ? memory.blockAround(count) : undefined
  if (block?.freed === true)
    throw new MachineError('misuse', `${block.what} is used after it was freed${memory.whereFreed(block)}`)
}
