// SPDX-License-Identifier: Apache-2.0
// References and kptrs: kept, lost, given back.

import type { Want } from '../want.ts'

export const referenceWants: readonly Want[] = [
  {
    object: '22-ringbuf-leak',
    code: 'KF032',
    says: [/bpf_ringbuf_discard\(e, 0\)/, /:20:/],
    never: [/Add bpf_ringbuf_submit/],
  },
  { object: '47-stale-packet-pointer', code: 'KF034', says: [/bpf_skb_vlan_push/, /data_end again/] },
  { object: '83-socket-kept', code: 'KF032', says: [/bpf_sk_release\(sk\)/, /:17:/] },
  {
    object: '87-dynptr-on-failure',
    code: 'KF032',
    says: [/bpf_ringbuf_discard_dynptr\(&d, 0\)/, /Even if bpf_ringbuf_reserve_dynptr\(\) fails/, /:17:/],
  },
  {
    object: '88-iterator-kept',
    code: 'KF032',
    says: [/bpf_iter_task_destroy\(&it\)/, /before the RCU section is left/, /:2\d:/],
  },
  {
    object: '89-old-kptr-lost',
    code: 'KF032',
    says: [/bpf_task_release/, /returns what was in the field/],
    never: [/:1\d:/],
  },
  { object: 'b5-borrowed-release', code: 'KF030', says: [/bpf_kptr_xchg\(&value->field, NULL\)/] },
  {
    object: 'e7-tail-call-with-socket',
    code: 'KF032',
    says: [/bpf_sk_release\(sk\); before the tail call/, /release it again/],
  },
  {
    object: 'e9-read-after-release',
    code: 'KF034',
    says: [/sk before bpf_sk_release/, /:15:/],
    never: [/BPF_CORE_READ/],
  },
  {
    object: 'f2-kptr-assigned',
    code: 'KF041',
    says: [/by an assignment/, /bpf_kptr_xchg\(&k->task, mine\)/, /release old/],
    never: [/Declare the field/],
  },
  {
    object: 'f5-item-after-unlock',
    code: 'KF034',
    says: [/before bpf_spin_unlock/, /non-owning/, /:29:/],
    never: [/BPF_CORE_READ|probe_read/],
  },
  {
    object: 'm9-kptr-by-index',
    code: 'KF041',
    says: [/constant/, /slot/, /switch|if \(i == 0\)|one of its own|each branch/],
    never: [/Declare the field with __kptr/],
  },
  {
    object: 'm8-cgroup-in-task-slot',
    code: 'KF040',
    says: [/struct cgroup/, /struct task_struct/, /owner/],
  },
  {
    object: 'o0-thrown-with-task',
    code: 'KF032',
    says: [/bpf_throw/, /bpf_task_release\(task\)/, /before/],
    never: [/return 0/],
  },
  { object: 's30-slice-before-write', code: 'KF034', says: [/bpf_dynptr_write/, /bpf_dynptr_slice/, /again|anew/] },
  {
    object: 'u3-node-exchanged',
    code: 'KF032',
    says: [/if note is not NULL, bpf_obj_drop\(note\);/],
    never: [/keep it in a variable/],
  },
  {
    // lost in the function that is put in place, not where its caller returns
    object: 'u1-socket-of-helper',
    code: 'KF032',
    says: [/:11:/, /bpf_sk_release\(found\);/, /this decision/],
  },
  {
    object: 'u06-release-of-the-packets-socket',
    code: 'KF031',
    says: [/bpf_skc_lookup_tcp/, /skb->sk is the kernel’s own/, /line 10/],
  },
  {
    object: 'u11-dropped-after-insert',
    code: 'KF034',
    says: [/bpf_rbtree_add\(\) on line 33/, /owns it now/, /remove this call/],
    never: [/Use the pointer before/],
  },
  { object: 'v01-slice-after-submit', code: 'KF034', says: [/before bpf_ringbuf_submit_dynptr/, /:31:/] },
  { object: 'v19-cgroup-of-task-kept', kernel: '7.3', code: 'KF032', says: [/bpf_cgroup_release\(cgrp\);/, /:27:/] },
  {
    object: 'w08-record-of-timer',
    code: 'KF032',
    says: [/:32:/, /bpf_ringbuf_discard\(e, 0\);/],
    never: [/return XDP/],
  },
  {
    object: 'w18-pulled-in-function',
    code: 'KF034',
    says: [/After bpf_skb_pull_data/, /read data and data_end again/, /:30:/],
    never: [/probe_read/],
  },
  {
    object: 'z10-socket-of-sockmap',
    code: 'KF032',
    says: [/sockmap/, /bpf_sk_release\(sk\);/, /:27:/],
  },
  {
    object: 'z36-idle-mask-kept',
    kernel: '7.3',
    code: 'KF032',
    says: [/scx_bpf_put_idle_cpumask\(idle\);/, /:17:/],
    never: [/bpf_kptr_xchg/, /block/],
  },
  {
    object: 'a1-task-kept-unowned',
    code: 'KF031',
    says: [/bpf_kptr_xchg\(\) stores a reference/, /bpf_task_acquire/, /NULL/],
    never: [/Release only/],
  },
  {
    object: 'a3-record-in-global',
    code: 'KF032',
    says: [/finish\(\), called on line 33, is a global function/, /static/],
    never: [/before this return/],
  },
  {
    object: 'a4-continue-with-record',
    code: 'KF032',
    says: [/line 26/, /continue/, /bpf_ringbuf_discard\(e, 0\);/],
    never: [/before this return/, /\n\tbpf_ringbuf_discard/],
  },
  {
    object: 'u0-mask-of-helper',
    sources: true,
    code: 'KF032',
    says: [/:38:/, /bpf_cpumask_release\(second\);/],
    never: [/\(fresh\)/, /\(cpumask\)/],
  },
  { object: 'message-pulled', code: 'KF034', says: [/bpf_msg_pull_data/, /read data and data_end again/] },
  { object: 'executable-kept', code: 'KF032', says: [/bpf_put_file\(exe\);/, /:17:/], never: [/bpf_kptr_xchg/] },
  { object: 'record-from-callee', sources: true, code: 'KF032', says: [/bpf_ringbuf_discard\(fresh, 0\);/, /:35:/] },
  {
    object: 'kept-and-released',
    code: 'KF034',
    says: [/bpf_kptr_xchg\(\) on line 31 put mask into s->mask/, /owns it now/],
    never: [/get it anew/],
  },
  {
    object: 'qdisc-forgets-packet',
    program: 'demo_enqueue',
    kernel: '7.3',
    code: 'KF032',
    says: [/still holding skb/, /bpf_qdisc_skb_drop\(skb, to_free\)/],
  },
  { object: 'thrown-in-loop', code: 'KF032', says: [/bpf_iter_num_destroy\(&it\);/, /before bpf_throw/, /:22:/] },
  { object: 'parsed-after-adjust', code: 'KF034', says: [/bpf_xdp_adjust_head/, /read data and data_end again/] },
]
