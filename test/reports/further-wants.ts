// SPDX-License-Identifier: Apache-2.0
// What is wanted of programs that break a rule no other report breaks: each row was written before our explanation was looked at.

import type { Want } from './want.ts'

export const furtherWants: readonly Want[] = [
  {
    object: 'i0-fields-compared',
    says: [/\(void \*\)\(long\)ctx->data/, /64-bit/],
    never: [/mask/i, /power of two/, /barrier_var/],
  },
  {
    object: 'i1-packed-pointer',
    says: [/packed/, /aligned|multiple of 8/, /byte/],
    never: [/power of two/, /Compute with numbers/, /data_end/],
  },
  {
    object: 'i2-negative-offset',
    says: [/negative/, /step/, /unsigned|step < 0/],
    never: [/sizeof\(struct ethhdr\)/, /ARRAY_SIZE/],
  },
  {
    object: 'i3-lock-cleared',
    says: [/bpf_spin_lock/, /\block\b/, /field by field|each field|the other fields|fields around it/],
    never: [/kptr/, /barrier_var/],
  },
  {
    object: 'i4-sleepable-vfs-read',
    says: [
      /vfs_read/,
      /SEC\("fentry\/vfs_read"\)/,
      /__x64_sys_read|system call/,
      /bpf_probe_read_user|may not sleep|cannot sleep/,
    ],
    never: [/is_sleepable_hook/],
  },
  {
    object: 'i5-hardware-timestamp',
    says: [/BPF_F_XDP_DEV_BOUND_ONLY/, /bpf_program__set_ifindex|ifindex/, /device/],
    never: [/SEC\("xdp\.frags/],
  },
  {
    object: 'i6-tail-call-in-void',
    says: [/next_stage/, /return(?:s|ing)? int|int next_stage|static __always_inline/],
    never: [/exit/],
  },
  {
    object: 'i7-load-byte-in-xdp',
    says: [/socket filter|socket_filter/, /data_end|bpf_xdp_load_bytes/],
    never: [/sleep/],
  },
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
    object: 'j1-undefined-function',
    says: [/parse_header/, /not defined|no definition|undefined/, /bpftool gen object|link/, /static/],
    never: [/kernel (?:has|knows) no kfunc/],
  },
  { object: 'j4-lsm-without-gpl', says: [/Apache-2\.0/, /GPL/, /LSM/], never: [/kfunc/] },
  {
    object: 'j5-tcp-fields-of-bpf-sock',
    says: [/struct bpf_sock\b/, /bpf_tcp_sock\(|bpf_skc_to_tcp_sock/],
    never: [/part of the context/],
  },
  // round 2
  {
    object: 'k2-spaces-of-payload',
    code: 'KF104',
    says: [/byte 1550/, /payload \+ off \+ 1 > data_end/],
    never: [/sizeof\(struct ethhdr\)/],
  },
  {
    object: 'k4-own-record-relocated',
    says: [/struct set_state_args/, /your own|of its own/, /directly|args->saddr|bpf_probe_read_kernel/],
    never: [/bpf_core_field_exists/],
  },
  {
    object: 'k5-number-as-pointer',
    says: [/chosen/, /void \*/, /static|a type of known size|integer|number/],
    never: [/__arg_ctx/],
  },
  { object: 'k6-trie-preallocated', says: [/blocked/, /BPF_F_NO_PREALLOC/, /map_flags/] },
  { object: 'k7-percpu-buffer', says: [/scratches/, /32,?768|32 KiB/, /65,?536/] },
  {
    object: 'k12-end-of-string',
    says: [/negative/, /\bn\b/, /if \(n < 0|n <= 0|unsigned/, /sizeof\(l->text\)|ARRAY_SIZE\(l->text\)|256/],
    never: [/power of two/],
  },
  {
    object: 'k18-redirect-by-hash',
    code: 'KF008',
    says: [/peers is of type sockhash/, /bpf_sk_redirect_hash/, /sockmap/],
  },
  {
    object: 'k24-table-of-names',
    says: [/methods/, /pointers?/, /char methods\[\]\[|two-dimensional|char \w+\[\w*\]\[\w*\]/],
    never: [/bpf_probe_read_kernel/, /tp_btf/],
  },
  {
    object: 'k25-handler-table',
    says: [/function pointer|through a pointer/, /switch|if/, /static|direct/],
    never: [/Code from a compiler is well formed/],
  },
  {
    object: 'k36-retval-of-void-hook',
    says: [/sk_free_security/, /returns nothing|void/, /bpf_set_retval/],
    never: [/out of range/],
  },
  { object: 'k38-no-boost', kernel: '7.3', code: 'KF101', says: [/pi_task/, /if \(!pi_task\)/], never: [/lookup/] },
  // round 3
  {
    object: 'l1-length-of-write',
    code: 'KF019',
    says: [/negative/, /make len unsigned/, /line 27/],
    never: [/sizeof\(buf\)/],
  },
  {
    object: 'm3-lock-that-fails',
    kernel: '7.3',
    says: [/result|fail/, /if \(bpf_res_spin_lock\(&c->lock\)\)/],
    never: [/already be closed/],
  },
  {
    object: 'm9-kptr-by-index',
    code: 'KF041',
    says: [/constant/, /slot/, /switch|if \(i == 0\)|one of its own|each branch/],
    never: [/Declare the field with __kptr/],
  },
  {
    object: 'm14-timer-on-stack',
    says: [/map value|value of a map/, /stack/, /struct bpf_timer/],
    never: [/manual page/],
  },
  {
    object: 'm16-lock-in-socket-filter',
    code: 'KF156',
    says: [/socket_filter/, /counters/, /__sync_fetch_and_add|per-CPU/],
  },
  {
    object: 'm21-output-from-callback',
    says: [/context/, /first argument/, /bpf_perf_event_output/, /struct|pass ctx|pointer to ctx|bpf_ringbuf_output/],
    never: [/manual page/, /ringbuf_submit/],
  },
  { object: 'm30-netfilter-stolen', code: 'KF151', says: [/0 \(NF_DROP\) or 1 \(NF_ACCEPT\)/, /3/] },
  {
    object: 'm36-runqueue-direct',
    code: 'KF107',
    says: [/per-CPU/, /bpf_this_cpu_ptr\(&runqueues\)/, /bpf_per_cpu_ptr\(&runqueues, cpu\)/],
  },
  {
    object: 'm37-typeless-symbol',
    says: [/init_task is declared without a type/, /BPF_CORE_READ\(\(struct … \*\)&init_task/],
    never: [/user space/],
  },
  {
    object: 'm19-argument-in-kprobe',
    code: 'KF008',
    says: [/kprobe/, /fentry\/vfs_read/, /PT_REGS_PARM3/],
    never: [/this map/],
  },
  {
    object: 'm8-cgroup-in-task-slot',
    code: 'KF040',
    says: [/struct cgroup/, /struct task_struct/, /owner/],
  },
  // round 4
  {
    object: 'n0-task-as-record',
    says: [/struct task_struct/, /bpf_probe_read_kernel|BPF_CORE_READ/, /on the stack|of your own|own record/],
    never: [/manual page/, /ringbuf_submit/],
  },
  {
    object: 'n1-checksum-of-payload',
    // of what is wanted of the packet the kernel speaks once the size is bounded
    code: 'KF019',
    says: [/barrier_var\(len\)/, /swap/, /line 16/],
    never: [/sizeof\(buf\)/],
  },
  {
    object: 'n2-path-copied',
    says: [/&file->f_path/, /bpf_d_path/, /copy/],
    never: [/manual page/],
  },
  {
    object: 'n3-storage-of-walked-inode',
    says: [/BPF_CORE_READ\(\) copies/, /dentry = file->f_path\.dentry/],
    never: [/user space/],
  },
  {
    object: 'n4-cookie-of-context',
    says: [/Pass sk, which the hook gives/, /struct sock_common/],
    never: [/manual page/],
  },
  { object: 'n5-callback-not-static', code: 'KF022', says: [/add/, /static/, /global/], never: [/parentheses/] },
  {
    object: 'n6-callback-without-data',
    code: 'KF101',
    says: [/bpf_loop/, /NULL/, /\bs\b/, /third argument|address of/],
    never: [/lookup/],
  },
  {
    object: 'n8-snprintf-without-args',
    code: 'KF157',
    says: [/2 (?:conversions|arguments)|two/, /1 argument|8 bytes|one/, /16|sizeof\(args\)/],
  },
  {
    object: 'n9-trace-the-tracer',
    code: 'KF150',
    says: [/migrate_disable/, /forbidden|not allowed|cannot be traced/],
    never: [/sleep/],
  },
  {
    object: 'o0-thrown-with-task',
    code: 'KF032',
    says: [/bpf_throw/, /bpf_task_release\(task\)/, /before/],
    never: [/return 0/],
  },
  {
    object: 'o1-slice-into-small-buffer',
    code: 'KF019',
    says: [/buf/, /14 bytes/, /20/],
    never: [/skb/],
  },
  { object: 'o2-task-state', code: 'KF161', says: [/__state/, /struct task_struct/, /bpf_core_field_exists/] },
  {
    object: 'o3-record-renamed',
    says: [/trace_event_raw_block_rq_completion/, /bpf_core_type_exists/],
  },
  {
    object: 'o4-arguments-of-yesterday',
    says: [/block_rq_issue/, /1 argument|rq/, /struct request/],
    never: [/data_end/],
  },
  { object: 'o5-disk-of-request', says: [/rq_disk/, /q->disk|q\.disk|request_queue/], never: [/your own/] },
  // round 5
  {
    object: 'q0-arguments-in-a-row',
    says: [/2048|args/, /e->size/, /local variable/, /negative|1920|sizeof\(e->args\) - ARGSIZE|128/],
    never: [/power of two/],
  },
  { object: 'q1-operation-of-nobody', says: [/lonely_ssthresh/, /SEC\("\.struct_ops(?:\.link)?"\)/, /\.ssthresh/] },
  { object: 'q2-global-returns-pointer', says: [/find_ip/, /pointer/, /static/], never: [/return 0 at its end/] },
  { object: 'q3-packet-to-global', says: [/is_tcp/, /void \*/, /static/, /ctx/], never: [/__arg_trusted/] },
  { object: 'q5-list-in-arena', says: [/__arena/, /head/], never: [/BPF_CORE_READ/, /tp_btf/] },
  {
    object: 'q6-mask-of-kernel',
    code: 'KF014',
    says: [/struct bpf_cpumask/, /struct cpumask/, /bpf_cpumask_create\(\)/, /bpf_cpumask_copy\(/],
    never: [/bpf_rdonly_cast\(\) do/],
  },
  { object: 'q8-number-as-value', says: [/third argument/, /&now/, /address/], never: [/acquire/] },
  { object: 'q9-store-from-packet', says: [/bpf_skb_store_bytes/, /packet/, /stack/], never: [/may be called by/] },
  { object: 'r0-priority-of-socket', says: [/bpf_sk_fullsock\(sk\)/, /rx_queue_mapping|priority|struct bpf_sock/] },
  {
    object: 'r1-string-of-variable-length',
    says: [/4096/, /num|r->len/, /if \((?:num|r->len) > /],
    never: [/sizeof\(buf\)/],
  },
  // round 6
  {
    object: 's0-record-at-offset',
    code: 'KF103',
    says: [/7 bytes too far/, /off may be 0 to 4095/, /off > sizeof\(bytes\) - 8/, /4088/],
    never: [/mask it/],
  },
  { object: 's1-replacement-alone', says: [/classify/, /bpf_program__set_attach_target/, /program it replaces/] },
  { object: 's2-work-fails', code: 'KF094', says: [/callback/, /Return 0/, /run\(\)|:23:/], never: [/XDP|TC_ACT/] },
  {
    object: 's5-options-of-sockops',
    code: 'KF104',
    says: [/skops->skb_data_end|skb_data_end/, /byte 13/, /14/],
    never: [/\bdata_end\b/],
  },
  {
    object: 's7-two-bounds-in-one',
    code: 'KF019',
    says: [/if \(len > 128\)/],
    never: [/sizeof\(buf\)/],
  },
  {
    object: 's12-iterator-counts',
    code: 'KF151',
    says: [/0 \(go on with the next\) or 1 \(this one again\)/],
    never: [/XDP|NF_/],
  },
  {
    object: 's17-bucket-of-pointer',
    code: 'KF110',
    says: [/bpf_probe_read_kernel\(&address, sizeof\(address\), &/, /struct sock/],
    never: [/packed/, /add the result/],
  },
  {
    object: 's18-half-a-pointer',
    says: [/bpf_probe_read_kernel\(&address/, /32 bits|lower half|half/],
    never: [/data_end/],
  },
  { object: 's30-slice-before-write', code: 'KF034', says: [/bpf_dynptr_write/, /bpf_dynptr_slice/, /again|anew/] },
  {
    object: 's33-path-on-stack',
    says: [/path/, /\boff\b/, /96/, /32 bytes/],
    never: [/as large as the map/],
  },
  {
    object: 's34-submitted-from-middle',
    code: 'KF023',
    says: [/bpf_ringbuf_submit\(e, 0\)|Pass e\b|pass e\b/, /offset 8/],
    never: [/Check for NULL/],
  },
  {
    // an edit that only calls the other would not compile: nothing declares it
    object: 't5-missing-kfunc',
    code: 'KF002',
    says: [/Did you mean bpf_task_from_pid\?/, /bpf_ksym_exists\(bpf_task_from_vpid\)/],
    never: [/= bpf_task_from_pid\(1\)/],
  },
  {
    object: 'u3-node-exchanged',
    code: 'KF032',
    says: [/where note is not NULL, bpf_obj_drop\(note\);/],
    never: [/keep it in a variable/],
  },
  {
    // lost in the function that is put in place, not where its caller returns
    object: 'u1-socket-of-helper',
    code: 'KF032',
    says: [/:11:/, /bpf_sk_release\(found\);/, /this decision/],
  },
]
