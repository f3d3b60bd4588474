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
  // round 9
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
    object: 'w05-removed-unchecked',
    code: 'KF101',
    says: [/bpf_rbtree_remove returns .*or NULL/, /:57:/, /if \(!j\)/],
  },
  {
    object: 'w08-record-of-timer',
    code: 'KF032',
    says: [/:32:/, /bpf_ringbuf_discard\(e, 0\);/],
    never: [/return XDP/],
  },
  {
    object: 'w09-refused-with-error',
    code: 'KF151',
    says: [/returns -1/, /0 to refuse, 1 to allow/, /EPERM/],
    never: [/negative error to refuse/],
  },
  {
    object: 'w18-pulled-in-function',
    code: 'KF034',
    says: [/After bpf_skb_pull_data/, /read data and data_end again/, /:30:/],
    never: [/probe_read/],
  },
  { object: 'w21-kfunc-under-mit', code: 'KF003', says: [/"MIT"/, /Dual MIT\/GPL/] },
  { object: 'w22-field-under-bsd', code: 'KF163', says: [/"BSD"/, /Dual BSD\/GPL/, /field of a kernel object/] },
  {
    object: 'w23-operation-without-place',
    code: 'KF150',
    says: [/get_info of tcp_congestion_ops takes no program/, /Take the program out/],
  },
  {
    object: 'w29-context-of-another',
    code: 'KF024',
    says: [/classify/, /struct __sk_buff \*/, /struct xdp_md \*/, /__arg_ctx/],
    never: [/knows no size/, /char \(\*\)\[16\]/],
  },
  {
    object: 'w33-field-as-key',
    code: 'KF026',
    says: [/skb->ifindex/, /on the stack/, /copy = skb->ifindex/],
    never: [/manual page/],
  },
  {
    object: 'w34-other-lookup-unlocked',
    code: 'KF054',
    says: [/&from->lock, taken on line 34/, /bpf_spin_unlock\(&from->lock\)/],
  },
  { object: 'w36-slice-in-cgroup', code: 'KF074', says: [/read packets/, /bpf_dynptr_slice\(\)/, /tc/, /XDP/] },
  // round 10
  {
    object: 'x01-pointer-to-pointers',
    code: 'KF102',
    says: [/trace_events of struct module is of type struct trace_event_call \*\*/, /BPF_CORE_READ/],
    never: [/probe_read_user/],
  },
  {
    object: 'x02-byte-of-packet',
    code: 'KF102',
    says: [/head of struct sk_buff is of type unsigned char \*/, /bpf_probe_read_kernel\(/],
    never: [/probe_read_user/],
  },
  {
    object: 'x03-name-of-parent',
    code: 'KF026',
    says: [/parent->comm/, /bpf_probe_read_kernel_str\(copy, sizeof\(copy\), parent->comm\)/],
    never: [/manual page/],
  },
  {
    object: 'x09-one-byte-checked',
    code: 'KF104',
    says: [/only the first byte is known/, /data \+ 14 > data_end/, /\(void \*\)\(eth \+ 1\)/],
  },
  {
    object: 'x10-length-by-difference',
    code: 'KF104',
    says: [/line 18/, /data_end - data/, /is a number/, /compare pointers/],
    never: [/no comparison with data_end/],
  },
  {
    object: 'x11-length-of-context',
    code: 'KF104',
    says: [/line 16/, /skb->len/, /compare pointers/],
    never: [/no comparison with data_end/],
  },
  { object: 'x24-cpu-of-task', says: [/Since 5\.16 it is thread_info\.cpu/, /bpf_core_field_exists/] },
  { object: 'x25-pages-of-process', says: [/Since 6\.2 it is rss_stat\[…\]\.count/] },
  { object: 'x26-disk-of-bio', says: [/Since 5\.12 it is bi_bdev->bd_disk/] },
  {
    object: 'x30-system-call-by-btf',
    code: 'KF166',
    says: [/SEC\("tracepoint\/syscalls\/sys_enter_openat"\)/, /SEC\("tp_btf\/sys_enter"\)/],
    never: [/cpuhp/],
  },
  { object: 'x36-letters-counted', code: 'KF110', says: [/signed number of 8 bits/, /__u8/, /ARRAY_SIZE\(letters\)/] },
  // round 11
  {
    object: 'y01-arguments-collected',
    code: 'KF103',
    says: [/127 bytes too far/, /mask lets off be up to 511/, /if \(off > 384\)/],
    never: [/ARRAY_SIZE/],
  },
  {
    object: 'y04-iterator-of-yesterday',
    kernel: '7.3',
    code: 'KF060',
    says: [/struct bpf_iter_scx_dsq with 16 bytes/, /it has 48/, /vmlinux\.h/],
    never: [/Destroy the iterator/],
  },
  {
    object: 'y05-length-in-record',
    code: 'KF019',
    says: [/e->len is read from memory anew/, /local variable/, /len = e->len/],
    never: [/if \(e->len > 256\) …/],
  },
  { object: 'y07-override-in-fentry', code: 'KF008', says: [/SEC\("kprobe\/__x64_sys_mkdirat"\)/] },
  {
    object: 'y08-process-of-packet',
    code: 'KF008',
    says: [/outside of any process/, /SEC\("cgroup\/connect4"\)/],
    never: [/cgroup_sysctl/],
  },
  { object: 'y09-store-in-xdp', code: 'KF008', says: [/bpf_xdp_store_bytes\(\)/], never: [/lwt_xmit/] },
  {
    object: 'y18-callback-of-three',
    code: 'KF095',
    says: [/third parameter of add\(\)/, /bpf_loop\(\)/, /__u32 index, void \*ctx/],
    never: [/where it is declared/],
  },
  {
    object: 'y19-callback-of-one',
    code: 'KF095',
    says: [/first parameter of expire\(\) is the map/, /void \*map, KEY \*key, VALUE \*value/],
    never: [/Bound the number/],
  },
  {
    object: 'y22-record-kept',
    code: 'KF026',
    says: [/record belongs to the run/, /bpf_ringbuf_output/],
    never: [/submit_dynptr/],
  },
  {
    object: 'y28-ancestor-of-level',
    code: 'KF107',
    says: [/ancestors of struct cgroup/, /index that varies/, /bpf_cgroup_ancestor\(\)/],
    never: [/by its name with CO-RE/],
  },
  {
    object: 'y29-socket-of-inode',
    code: 'KF107',
    says: [/before the start of struct inode/, /bpf_core_cast\(container_of\(…\), struct socket_alloc\)/],
    never: [/by its name with CO-RE/],
  },
]
