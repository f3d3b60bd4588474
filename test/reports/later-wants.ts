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
  // round 8
  { object: 'v01-slice-after-submit', code: 'KF034', says: [/before bpf_ringbuf_submit_dynptr/, /:31:/] },
  {
    object: 'v02-tasks-of-group',
    code: 'KF064',
    says: [/takes no sleepable programs/, /SEC\("lsm\/…"\)/, /SEC\("iter\/cgroup"\)/],
    never: [/fentry\.s/],
  },
  {
    object: 'v03-weights',
    code: 'KF103',
    says: [/weight\[16\]/, /cfg->n/, /if \(i >= ARRAY_SIZE\(cfg->weight\)\) break;/],
    never: [/barrier_var/, /mask/],
  },
  {
    object: 'v04-cgroup-storage-sleepable',
    code: 'KF026',
    says: [/struct cgroup/, /may sleep/, /bpf_rcu_read_lock\(\) before line 19/, /bpf_rcu_read_unlock\(\)/],
    never: [/manual page/],
  },
  {
    object: 'v07-source-in-connect',
    code: 'KF105',
    says: [/msg_src_ip4 is for SEC\("cgroup\/sendmsg4"\)/, /user_ip4 or user_port/],
  },
  { object: 'v08-egress-device', code: 'KF105', says: [/SEC\("xdp\/devmap"\)/], never: [/frags/] },
  { object: 'v14-queue-with-key', says: [/jobs/, /key_size of a queue/, /__type\(key, …\).*away/], never: [/--set/] },
  {
    object: 'v17-header-and-length',
    code: 'KF019',
    says: [/Make len unsigned/, /if \(len < 0\)/, /line 34/],
    never: [/sizeof\(buf\)/],
  },
  {
    object: 'v18-moved-in-enqueue',
    kernel: '7.3',
    code: 'KF001',
    says: [/may not be called in enqueue of sched_ext_ops/, /dispatch/],
    never: [/program of such a type/],
  },
  { object: 'v19-cgroup-of-task-kept', kernel: '7.3', code: 'KF032', says: [/bpf_cgroup_release\(cgrp\);/, /:27:/] },
  { object: 'v32-storage-of-sockops', code: 'KF012', says: [/skops->sk/, /if \(!sk\)/] },
  {
    object: 'v34-format-on-stack',
    code: 'KF020',
    says: [/fmt is a local array/, /static const char fmt\[\]/, /BPF_SNPRINTF/],
    never: [/manual page/],
  },
]
