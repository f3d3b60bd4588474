// SPDX-License-Identifier: Apache-2.0
// Sections that a program enters and leaves: RCU, preemption, interrupts. A machine is one thread, so nothing happens in between anyway.

import { model, type Models } from '../core/abi.ts'

const nothing = model([], 'none', () => () => {})

export const sectionKfuncs: Models = {
  bpf_rcu_read_lock: nothing,
  bpf_rcu_read_unlock: nothing,
  bpf_preempt_disable: nothing,
  bpf_preempt_enable: nothing,
  bpf_local_irq_save: nothing,
  bpf_local_irq_restore: nothing,
  // statistics of cgroups are up to date
  cgroup_rstat_updated: nothing,
  cgroup_rstat_flush: nothing,
  css_rstat_updated: nothing,
  css_rstat_flush: nothing,
}
