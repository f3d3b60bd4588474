// SPDX-License-Identifier: Apache-2.0
// Wakeup sources: what may wake a machine that sleeps. There is none unless a test makes one (`machine.wakeupSource()`).

import { model, type Models } from '../core/abi.ts'
import { MachineError } from '../core/errors.ts'
import { remember } from '../core/remember.ts'
import { wakeupSourcesOf } from '../objects/wakeup.ts'

/** What stands for the lock while a program holds it: several may. */
const lockOf = remember((core) => ({ address: core.memory.allocate(16, 'lock of wakeup sources'), held: 0 }))

export const wakeupKfuncs: Models = {
  bpf_wakeup_sources_read_lock: model([], 'u32', (core) => () => {
    const lock = lockOf(core)
    lock.held++
    return lock.address
  }),
  bpf_wakeup_sources_read_unlock: model(['i32'], 'none', (core) => () => {
    const lock = lockOf(core)
    if (lock.held === 0) throw new MachineError('misuse', 'the lock of wakeup sources is given back, but is not held')
    lock.held--
  }),
  bpf_wakeup_sources_get_head: model([], 'u32', (core) => () => wakeupSourcesOf(core).head),
}
