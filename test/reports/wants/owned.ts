// SPDX-License-Identifier: Apache-2.0
// Sections, locks, iterators, dynptrs, and objects of the program’s own: lists, trees, work queues, timers, exceptions.

import type { Want } from '../want.ts'

export const ownedWants: readonly Want[] = [
  {
    object: '08-global-in-preempt',
    code: 'KF053',
    says: [/not allowed with preemption disabled,\nuse static function instead/, /static __always_inline/],
    never: [/Unlock/],
  },
  { object: 'p34-list-nolock', says: [/'h'/, /struct item, which is not defined/] },
  {
    object: '70-output-under-lock',
    code: 'KF053',
    says: [/bpf_ringbuf_output/, /Unlock before the call/, /section is entered/],
  },
  { object: '97-rcu-left-open', code: 'KF050', says: [/bpf_rcu_read_unlock\(\);/, /:18:/] },
  { object: 'a5-callback-range', code: 'KF094', says: [/callback/, /\[0, 1\]/] },
  {
    object: 'c1-timer-returns-error',
    code: 'KF094',
    says: [/callback/, /Return 0/, /:20:/],
    never: [/XDP|TC_ACT/],
  },
  { object: 'd8-return-with-lock', code: 'KF050', says: [/bpf_spin_unlock\(&b->lock\);/, /:24:/] },
  {
    object: 'd9-two-locks-at-once',
    code: 'KF053',
    says: [/held already/, /one bpf_spin_lock at a time/, /under one lock/],
    never: [/keep its result/],
  },
  {
    object: 'e5-dynptr-never-made',
    code: 'KF071',
    says: [/third argument/, /bpf_dynptr_from_skb/],
    never: [/bpf_ringbuf_discard/],
  },
  { object: 'f4-list-without-lock', says: [/bpf_spin_lock\(&lock\)/, /head/] },
  { object: 'g4-timer-of-other-map', says: [/slow/, /fast/, /&slow/] },
  {
    object: 'i8-dynptr-of-stack',
    says: [/stack/, /map value|per-CPU array/, /bpf_dynptr_from_skb/],
    never: [/if \(!/],
  },
  { object: 'i9-tasks-without-rcu', says: [/bpf_rcu_read_lock\(\)/, /bpf_rcu_read_unlock\(\)/, /bpf_iter_task_new/] },
  {
    object: 'j0-unlocked-twice',
    says: [/bpf_spin_unlock/, /:31:/, /not held|no lock is held|not taken|already/, /line 26/],
    never: [/RCU/],
  },
  {
    object: 'm3-lock-that-fails',
    kernel: '7.3',
    says: [/result|fail/, /if \(bpf_res_spin_lock\(&c->lock\)\)/],
    never: [/already be closed/],
  },
  { object: 's2-work-fails', code: 'KF094', says: [/callback/, /Return 0/, /run\(\)|:23:/], never: [/XDP|TC_ACT/] },
  {
    object: 'u03-tail-call-under-rcu',
    code: 'KF053',
    says: [/never comes back/, /bpf_rcu_read_lock\(\) opened.*line 21/, /bpf_rcu_read_unlock\(\)/],
    never: [/keep its result/],
  },
  {
    object: 'u14-dropped-under-lock',
    code: 'KF053',
    says: [/bpf_rbtree_add\(\) on line 33/, /take this call away/],
    never: [/keep its result/],
  },
  {
    object: 'v02-tasks-of-group',
    code: 'KF064',
    says: [/takes no sleepable programs/, /SEC\("lsm\/…"\)/, /SEC\("iter\/cgroup"\)/],
    never: [/fentry\.s/],
  },
  {
    object: 'w02-struct-left-out',
    says: [/struct job/, /only pointers to it/, /bpf_obj_new\(struct job\)/],
    never: [/Pass &value->lock/],
  },
  {
    object: 'w03-wrong-node',
    code: 'KF082',
    says: [/queue holds nodes of struct item by their field pending/, /Pass &it->pending/],
    never: [/For another struct/],
  },
  {
    object: 'w34-other-lookup-unlocked',
    code: 'KF054',
    says: [/&from->lock, taken on line 34/, /bpf_spin_unlock\(&from->lock\)/],
  },
  { object: 'w36-slice-in-cgroup', code: 'KF074', says: [/read packets/, /bpf_dynptr_slice\(\)/, /tc/, /XDP/] },
  {
    object: 'y04-iterator-of-yesterday',
    kernel: '7.3',
    code: 'KF060',
    says: [/struct bpf_iter_scx_dsq with 16 bytes/, /it has 48/, /vmlinux\.h/],
    never: [/Destroy the iterator/],
  },
  { object: 'z39-section-in-section', code: 'KF059', says: [/open already/, /:15:/, /section is entered/] },
  { object: 'c3-local-memory-submitted', code: 'KF073', says: [/no ring buffer record/, /bpf_ringbuf_reserve_dynptr/] },
  {
    object: 'loop-started-late',
    code: 'KF061',
    says: [/bpf_iter_num_new\(\) on line 19 makes &it/, /every path/],
    never: [/Call bpf_iter_num_new/],
  },
  {
    object: 'loops-share-iterator',
    code: 'KF060',
    says: [/line 17/, /variable of its own/],
    never: [/Destroy the iterator first/],
  },
  {
    object: 'dynptr-of-one-branch',
    code: 'KF071',
    says: [/bpf_dynptr_from_skb\(\) on line 16 makes &packet/, /every path/],
  },
  {
    object: 'record-reserved-again',
    says: [/bpf_ringbuf_discard_dynptr\(&rec, 0\)/, /fails/],
    never: [/bpf_kptr_xchg/],
  },
  { object: 'dynptr-kept-in-map', code: 'KF062', says: [/on the stack/, /local variable/] },
  { object: 'preempt-left-off', code: 'KF050', says: [/bpf_preempt_enable\(\);/, /:23:/], never: [/rcu/i] },
  { object: 'interrupts-left-off', kernel: '7.3', code: 'KF050', says: [/bpf_local_irq_restore\(&flags\);/, /:16:/] },
  {
    object: 'interrupts-in-global',
    kernel: '7.3',
    code: 'KF057',
    says: [/on the stack/, /local variable/, /unsigned long flags; bpf_local_irq_save\(&flags\)/],
    never: [/saved last/],
  },
  {
    object: 'asserted-in-loop',
    code: 'KF090',
    says: [/check\(\) is called back by bpf_loop\(\)/, /return 1/, /after bpf_loop\(\) has returned/, /:12:/],
  },
  { object: 'node-of-map-value', code: 'KF080', says: [/not in values of a map/, /bpf_obj_new\(struct flow\)/] },
  { object: 'locked-in-callee', code: 'KF050', says: [/bpf_spin_unlock\(\)/, /line 21/, /:38:/] },
]
