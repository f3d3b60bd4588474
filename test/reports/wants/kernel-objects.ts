// SPDX-License-Identifier: Apache-2.0
// Pointers to objects of the kernel: trusted or not, of which struct, read and written.

import type { Want } from '../want.ts'

export const kernelObjectWants: readonly Want[] = [
  {
    object: '03-sleepable-cpus-ptr',
    code: 'KF013',
    says: [/may sleep/, /lsm\.s/, /bpf_rcu_read_lock\(\) before/],
    never: [/kptr/],
  },
  { object: '04-kptr-sleepable', code: 'KF013', says: [/may sleep/, /bpf_rcu_read_lock\(\) before/, /line 34/] },
  {
    object: '04-kptr-fwd',
    says: [/'mask'/, /only declared/, /vmlinux\.h/],
    never: [/on the stack, global, or in a map value/],
  },
  {
    object: '50-no-tag-kptr',
    says: [/Field tmp/, /without a kptr tag/, /__kptr/, /btf_type_tag/],
    never: [/on the stack, global/],
  },
  {
    object: '10-walked-cgroup',
    code: 'KF013',
    says: [/RCU does not help/, /field cgroup/, /bpf_cgroup_from_id/],
    never: [/between bpf_rcu_read_lock/, /kptr_xchg/],
  },
  {
    object: '34-beyond-struct',
    code: 'KF107',
    says: [/bpf_core_cast/, /bpf_rdonly_cast/, /container_of/],
    never: [/user/i, /per-cpu/i],
  },
  { object: '49-structops-write', says: [/snd_cwnd/, /tcp_congestion_ops may write/] },
  { object: '51-structops-write-73', kernel: '7.3', says: [/tcp_congestion_ops may write/, /snd_cwnd/] },
  { object: '93-write-kernel', code: 'KF107', says: [/task_struct may not be written/, /kfunc/] },
  { object: 'e8-release-unchecked', says: [/if \(sk\)|if \(!sk\)/, /NULL/] },
  { object: 'f3-percpu-object', says: [/bpf_this_cpu_ptr|bpf_per_cpu_ptr/], never: [/probe_read/] },
  { object: 'g0-inner-unchecked', says: [/if \(!one\)/, /NULL/] },
  {
    object: 'h6-map-as-value',
    code: 'KF107',
    says: [/&limits is the map itself/, /bpf_map_lookup_elem\(&limits, &key\)/],
    never: [/CO-RE/],
  },
  {
    object: 'j5-tcp-fields-of-bpf-sock',
    says: [/struct bpf_sock\b/, /bpf_tcp_sock\(|bpf_skc_to_tcp_sock/],
    never: [/part of the context/],
  },
  {
    object: 'm36-runqueue-direct',
    code: 'KF107',
    says: [/per-CPU/, /bpf_this_cpu_ptr\(&runqueues\)/, /bpf_per_cpu_ptr\(&runqueues, cpu\)/],
  },
  {
    object: 'n0-task-as-record',
    says: [/struct task_struct/, /bpf_probe_read_kernel|BPF_CORE_READ/, /on the stack|of your own|own record/],
    never: [/manual page/, /ringbuf_submit/],
  },
  {
    object: 'q6-mask-of-kernel',
    code: 'KF014',
    says: [/struct bpf_cpumask/, /struct cpumask/, /bpf_cpumask_create\(\)/, /bpf_cpumask_copy\(/],
    never: [/bpf_rdonly_cast\(\) do/],
  },
  { object: 'r0-priority-of-socket', says: [/bpf_sk_fullsock\(sk\)/, /rx_queue_mapping|priority|struct bpf_sock/] },
  {
    object: 'u07-priority-written',
    kernel: '7.3',
    code: 'KF107',
    says: [/scx\.slice, scx\.dsq_vtime or scx\.disallow/, /struct task_struct/],
  },
  { object: 'u08-pid-unchecked', kernel: '7.3', code: 'KF012', says: [/bpf_task_from_pid/, /or NULL/, /Check p/] },
  { object: 'v32-storage-of-sockops', code: 'KF012', says: [/skops->sk/, /if \(!sk\)/] },
  {
    object: 'y28-ancestor-of-level',
    code: 'KF107',
    says: [/ancestors of struct cgroup/, /variable index/, /bpf_cgroup_ancestor\(\)/],
    never: [/by its name with CO-RE/],
  },
  {
    object: 'y29-socket-of-inode',
    code: 'KF107',
    says: [/before the start of struct inode/, /bpf_core_cast\(container_of\(…\), struct socket_alloc\)/],
    never: [/by its name with CO-RE/],
  },
  {
    object: 'c2-parent-in-work',
    code: 'KF013',
    says: [/callback of a work queue/, /bpf_rcu_read_lock\(\)/, /bpf_rcu_read_unlock\(\)/, /line 31/],
    never: [/SEC\("tp_btf/],
  },
  {
    object: 'c39-map-taken-for-value',
    says: [/R0 is a map/, /bpf_map_lookup_elem\(inner, &key\)/, /NULL/],
    never: [/kfunc or helper of its subsystem/],
  },
  { object: 'd3-copied-unchecked', code: 'KF012', says: [/third argument/, /if \(old\)/] },
  {
    object: 'r2-call-over-lines',
    sources: true,
    code: 'KF012',
    says: [/Check where_it_was_created for NULL/, /if \(!where_it_was_created\)/],
  },
  { object: 'element-freed-in-walk', code: 'KF107', says: [/before the start of struct list_head/, /bpf_core_cast/] },
  { object: 'window-of-socket', program: 'w_ssthresh', code: 'KF107', says: [/:11:/, /may write sk_pacing_rate/] },
  {
    object: 'mode-of-inode-written',
    code: 'KF107',
    says: [/struct inode may not be written/],
    never: [/BPF_CORE_READ/],
  },
  { object: 'owner-of-memory', code: 'KF013', says: [/owner of struct mm_struct/, /bpf_task_from_pid\(\)/] },
]
