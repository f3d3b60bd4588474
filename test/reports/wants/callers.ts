// SPDX-License-Identifier: Apache-2.0
// May the program call it at all: kfuncs, helpers, licences, calls that sleep.

import type { Want } from '../want.ts'

export const callerWants: readonly Want[] = [
  { object: '39-no-license', code: 'KF162', says: [/bpf_trace_printk/, /licence/], never: [/kfunc/] },
  { object: 'p09-tail-types', program: 'g', says: [/prog_array/, /bpf_tail_call/], never: [/Retrying without BTF/] },
  {
    object: 'p13-map-null-callback',
    program: 'h',
    says: [/lpm_trie/, /walks hash, percpu_hash/],
    never: [/sched_cls/],
  },
  {
    object: '65-d-path',
    code: 'KF008',
    says: [/vfs_open is none of them/, /dentry_open/, /filp_close/, /security_file_open/],
    never: [/this map/, /program type that has it/],
  },
  {
    object: '66-skb-output-kprobe',
    code: 'KF008',
    says: [/not for kprobe programs/, /fentry, fexit, tp_btf/],
    never: [/this map/],
  },
  { object: '78-kfunc-in-kprobe', code: 'KF001', says: [/tracing/, /tracepoint/, /fentry\/__x64_sys_kill/] },
  { object: '80-wrong-map-type', code: 'KF008', says: [/ports is of type hash/, /devmap/, /xskmap/] },
  {
    object: '81-perf-output-ringbuf',
    code: 'KF008',
    says: [/events is of type ringbuf/, /bpf_ringbuf_output/, /perf_event_array/],
  },
  { object: '98-copy-from-user', code: 'KF005', says: [/bpf_probe_read_user\(\)/], never: [/SEC\("fentry\.s/] },
  { object: 'b0-helper-of-other-type', code: 'KF008', says: [/not for xdp programs/, /kprobe/], never: [/this map/] },
  { object: 'b4-sleep-under-rcu', code: 'KF006', says: [/bpf_copy_from_user may sleep/, /Close the section before/] },
  { object: 'b6-wrong-arg-type', code: 'KF008', says: [/not for kprobe programs/, /fentry/], never: [/this map/] },
  {
    object: 'c9-comm-in-congestion',
    code: 'KF008',
    says: [/not for (?:\S+ )?(?:struct_ops|tcp_congestion_ops)/],
    never: [/this map/],
  },
  {
    object: 'i5-hardware-timestamp',
    says: [/BPF_F_XDP_DEV_BOUND_ONLY/, /bpf_program__set_ifindex|ifindex/, /device/],
    never: [/SEC\("xdp\.frags/],
  },
  { object: 'j4-lsm-without-gpl', says: [/Apache-2\.0/, /GPL/, /LSM/], never: [/kfunc/] },
  {
    object: 'k18-redirect-by-hash',
    code: 'KF008',
    says: [/peers is of type sockhash/, /bpf_sk_redirect_hash/, /sockmap/],
  },
  {
    object: 'k36-retval-of-void-hook',
    says: [/sk_free_security/, /returns nothing|void/, /bpf_set_retval/],
    never: [/out of range/],
  },
  {
    object: 'm19-argument-in-kprobe',
    code: 'KF008',
    says: [/kprobe/, /fentry\/vfs_read/, /PT_REGS_PARM3/],
    never: [/this map/],
  },
  { object: 'q9-store-from-packet', says: [/bpf_skb_store_bytes/, /packet/, /stack/], never: [/may be called by/] },
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
    object: 'v18-moved-in-enqueue',
    kernel: '7.3',
    code: 'KF001',
    says: [/may not be called in enqueue of sched_ext_ops/, /dispatch/],
    never: [/program of such a type/],
  },
  { object: 'w21-kfunc-under-mit', code: 'KF003', says: [/"MIT"/, /Dual MIT\/GPL/] },
  { object: 'w22-field-under-bsd', code: 'KF163', says: [/"BSD"/, /Dual BSD\/GPL/, /field of a kernel object/] },
  { object: 'y07-override-in-fentry', code: 'KF008', says: [/SEC\("kprobe\/__x64_sys_mkdirat"\)/] },
  {
    object: 'y08-process-of-packet',
    code: 'KF008',
    says: [/outside of any process/, /SEC\("cgroup\/connect4"\)/],
    never: [/cgroup_sysctl/],
  },
  { object: 'y09-store-in-xdp', code: 'KF008', says: [/bpf_xdp_store_bytes\(\)/], never: [/lwt_xmit/] },
  {
    object: 'z34-queue-made-late',
    kernel: '7.3',
    says: [/may not be called in enqueue/, /may call it: init,/],
  },
  {
    object: 'c1-pages-in-tc',
    code: 'KF005',
    says: [/bpf_arena_alloc_pages may sleep/, /syscall/],
    never: [/SEC\("tc\.s/],
  },
  {
    object: 'd24-bytes-of-traced-packet',
    code: 'KF008',
    says: [/bpf_dynptr_from_skb\(/, /bpf_dynptr_read\(/],
    never: [/lwt_seg6local/],
  },
]
