// SPDX-License-Identifier: Apache-2.0
// Resilient spin locks, since 6.15: they give up where they would wait for ever.

import { model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'
import { remember } from '../core/remember.ts'

/** RES_NR_HELD: of so many locks a CPU knows that it holds them. */
const KNOWN_HELD = 31
/** RES_DEF_TIMEOUT, and a little: so long it waits for any other. */
const TIMEOUT_NS = 250_000_001n
/** Locks that are held, in the order they were taken. */
const heldOf = remember((core): number[] => {
  const held: number[] = []
  core.givesBack.push(() => {
    for (const at of held.splice(0)) core.memory.setU32(at, 0)
  })
  return held
})

const lock = model(['i32'], 's32', (core) => {
  const held = heldOf(core)
  return (at) => {
    if (core.memory.u32(at) !== 0) {
      if (held.indexOf(at) < KNOWN_HELD) return -errno.EDEADLK
      core.clock.now += TIMEOUT_NS
      return -errno.ETIMEDOUT
    }
    core.memory.setU32(at, 1)
    held.push(at)
    return 0
  }
})
const unlock = model(['i32'], 'none', (core) => {
  const held = heldOf(core)
  return (at) => {
    core.memory.setU32(at, 0)
    held.splice(held.lastIndexOf(at), 1)
  }
})

export const lockKfuncs: Models = {
  // who asks for a lock that is held holds it: there is no other CPU at the same time
  bpf_res_spin_lock: lock,
  bpf_res_spin_lock_irqsave: lock,
  bpf_res_spin_unlock: unlock,
  bpf_res_spin_unlock_irqrestore: unlock,
}
