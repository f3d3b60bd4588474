// SPDX-License-Identifier: Apache-2.0
// What is wanted of rules that no report above breaks, and of kinds of programs that few of them are: written before our explanation was looked at.

import type { Want } from './want.ts'

export const laterWants: readonly Want[] = [
  // round 7
  {
    object: 'u02-argument-by-position',
    code: 'KF027',
    says: [/compiler/, /barrier_var\(v\)/, /PT_REGS_PARM1/, /in its own branch/],
    never: [/copy the fields to local variables/],
  },
  {
    object: 'u03-tail-call-under-rcu',
    code: 'KF053',
    says: [/never comes back/, /bpf_rcu_read_lock\(\) opened.*line 21/, /bpf_rcu_read_unlock\(\)/],
    never: [/keep its result/],
  },
  {
    object: 'u04-copy-string-under-rcu',
    code: 'KF006',
    says: [/line 26/, /bpf_rcu_read_unlock\(\)/, /bpf_probe_read_user_str\(\)/],
    never: [/kptr/, /needs a reference/],
  },
  {
    object: 'u05-copy-string-in-uprobe',
    code: 'KF005',
    says: [/SEC\("uprobe\.s\/\/usr\/bin\/bash:readline_internal"\)/, /bpf_probe_read_user_str\(\)/],
  },
  {
    object: 'u06-release-of-the-packets-socket',
    code: 'KF031',
    says: [/bpf_skc_lookup_tcp/, /skb->sk is the kernel’s own/, /line 10/],
  },
  {
    object: 'u07-priority-written',
    kernel: '7.3',
    code: 'KF107',
    says: [/scx\.slice, scx\.dsq_vtime or scx\.disallow/, /struct task_struct/],
  },
  { object: 'u08-pid-unchecked', kernel: '7.3', code: 'KF012', says: [/bpf_task_from_pid/, /or NULL/, /Check p/] },
  {
    object: 'u09-record-by-value',
    code: 'KF024',
    says: [/add_span/, /by value/, /struct span \*/, /static/],
    never: [/what that points to/, /__arg_/],
  },
  {
    object: 'u11-dropped-after-insert',
    code: 'KF034',
    says: [/bpf_rbtree_add\(\) on line 33/, /owns it now/, /take this call away/],
    never: [/Use the pointer before/],
  },
  {
    object: 'u12-closed-hook',
    code: 'KF150',
    says: [/setprocattr/, /No program may attach/, /SEC\("fentry\/security_setprocattr"\)/],
  },
  { object: 'u13-own-address-in-tc', code: 'KF105', says: [/family/, /skb->protocol/], never: [/Move the access/] },
  {
    object: 'u14-dropped-under-lock',
    code: 'KF053',
    says: [/bpf_rbtree_add\(\) on line 33/, /take this call away/],
    never: [/keep its result/],
  },
]
