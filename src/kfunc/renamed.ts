// SPDX-License-Identifier: Apache-2.0
// Kfuncs that go by another name now, or whose work another does: what a program that names the one may call on kernels that have the other.

export interface RenamedRow {
  readonly was: string
  readonly is: string
  /** The first kernel that has the new name. */
  readonly since: string
  /** Where more than the name differs, in words. */
  readonly besides?: string
}

const underRcu = 'it is called between bpf_rcu_read_lock() and its unlock, with the pointer read from the field there'

/** Sources: the release notes of kfuncs in Documentation/bpf, Documentation/scheduler/sched-ext.rst, the selftests of each kernel. */
export const renamedKfuncs: readonly RenamedRow[] = [
  { was: 'scx_bpf_dispatch', is: 'scx_bpf_dsq_insert', since: '6.13' },
  { was: 'scx_bpf_dispatch_vtime', is: 'scx_bpf_dsq_insert_vtime', since: '6.13' },
  { was: 'scx_bpf_consume', is: 'scx_bpf_dsq_move_to_local', since: '6.13' },
  { was: 'scx_bpf_dispatch_from_dsq', is: 'scx_bpf_dsq_move', since: '6.13' },
  { was: 'scx_bpf_dispatch_vtime_from_dsq', is: 'scx_bpf_dsq_move_vtime', since: '6.13' },
  { was: 'scx_bpf_dispatch_from_dsq_set_slice', is: 'scx_bpf_dsq_move_set_slice', since: '6.13' },
  { was: 'scx_bpf_dispatch_from_dsq_set_vtime', is: 'scx_bpf_dsq_move_set_vtime', since: '6.13' },
  { was: 'bpf_cpumask_any', is: 'bpf_cpumask_any_distribute', since: '6.5' },
  { was: 'bpf_cpumask_any_and', is: 'bpf_cpumask_any_and_distribute', since: '6.5' },
  { was: 'bpf_task_kptr_get', is: 'bpf_task_acquire', since: '6.4', besides: underRcu },
  { was: 'bpf_task_acquire_not_zero', is: 'bpf_task_acquire', since: '6.4', besides: 'it may give NULL' },
  { was: 'bpf_cgroup_kptr_get', is: 'bpf_cgroup_acquire', since: '6.4', besides: underRcu },
  { was: 'bpf_cpumask_kptr_get', is: 'bpf_cpumask_acquire', since: '6.4', besides: underRcu },
  {
    was: 'cgroup_rstat_updated',
    is: 'css_rstat_updated',
    since: '6.16',
    besides: 'it takes a struct cgroup_subsys_state: &cgrp->self',
  },
  {
    was: 'cgroup_rstat_flush',
    is: 'css_rstat_flush',
    since: '6.16',
    besides: 'it takes a struct cgroup_subsys_state: &cgrp->self',
  },
  { was: 'bpf_wq_set_callback_impl', is: 'bpf_wq_set_callback', since: '7.0', besides: 'the last argument is gone' },
]

/** By which name a kernel that has no kfunc `name` has it; `has` says what it has. */
export function renamedKfunc(name: string, has: (name: string) => boolean): RenamedRow | undefined {
  return renamedKfuncs.find(
    ({ was, is }) => (was === name && has(is) && !has(was)) || (is === name && has(was) && !has(is)),
  )
}
