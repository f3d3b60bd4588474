// SPDX-License-Identifier: Apache-2.0
// Counts of references within the kernel's objects.

import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'

/** false: nobody has it any more, and it cannot be had again. */
export function tryGet({ memory }: Core, count: number): boolean {
  const now = memory.u32(count)
  if (now === 0) return false
  memory.setU32(count, now + 1)
  return true
}

/** true: that was the last. */
export function put({ memory }: Core, count: number, what: string): boolean {
  const now = memory.u32(count)
  if (now === 0) throw new MachineError('misuse', `${what} is released more often than it was acquired`)
  memory.setU32(count, now - 1)
  return now === 1
}
