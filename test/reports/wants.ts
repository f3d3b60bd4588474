// SPDX-License-Identifier: Apache-2.0
// What whoever filed a report would have wanted to read of the program rebuilt from it: what must be said, and what must not because it
// would not load or would not help.

export interface Want {
  readonly object: string
  /** Where the object has several. */
  readonly program?: string
  /** Default: 6.12, with sched_ext. */
  readonly kernel?: '7.3'
  readonly code?: string
  readonly says: readonly RegExp[]
  readonly never?: readonly RegExp[]
}

export const wants: readonly Want[] = [
  {
    object: '01-xdp-tcpopts',
    code: 'KF104',
    says: [
      /byte 36/,
      /first 36 are known/,
      /line 41 is of another pointer/,
      /not in the object|no instruction/,
      /barrier_var/,
      /very pointer/,
    ],
    never: [/sizeof\(struct ethhdr\)/],
  },
  {
    object: '01-xdp-tcpopts-dropped',
    code: 'KF104',
    says: [/byte 36/, /barrier_var/, /compiler (?:removed|dropped)/],
    never: [/sizeof\(struct ethhdr\)/],
  },
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
    object: '06-arena-no-map',
    code: 'KF159',
    says: [/names? (?:no|the) arena/, /bpf_arena_alloc_pages\(&arena/, /"r"\(&arena\)/],
  },
  {
    object: '07-arena-cast-as0',
    program: 'to_itself',
    says: [/__arena/, /compiler makes this cast/, /member’s address/],
    never: [/inline assembly/],
  },
  {
    object: '08-global-in-preempt',
    code: 'KF053',
    says: [/not allowed with preemption disabled,\nuse static function instead/, /static __always_inline/],
    never: [/Unlock/],
  },
  {
    object: '10-walked-cgroup',
    code: 'KF013',
    says: [/RCU does not help/, /field cgroup/, /bpf_cgroup_from_id/],
    never: [/between bpf_rcu_read_lock/, /kptr_xchg/],
  },
  {
    object: '11-kfunc-as-value',
    says: [/address of kfunc bpf_cpumask_weight/, /parentheses/],
    never: [/Compute with numbers/],
  },
  {
    object: '13-find-host',
    code: 'KF153',
    says: [/line 22/, /line 34/, /\d+,\d{3} times/, /bpf_loop\(\)/, /differs from the one before/],
    never: [/global functions/],
  },
  {
    object: '15-loop-map-bound',
    code: 'KF103',
    says: [
      /520/,
      /8 bytes too far/,
      /frames\[64\]/,
      /1 to 64/,
      /local variable/,
      /barrier_var/,
      /ARRAY_SIZE\(s->frames\)/,
    ],
  },
  {
    object: '15-loop-map-bound-masked',
    code: 'KF103',
    says: [/“& 63”/, /no instruction/, /barrier_var/, /local variable/],
    never: [/Or mask it/],
  },
  { object: '15b-loop-map-counter', code: 'KF152', says: [/map a\b/, /not followed/, /local variable/, /bpf_for/] },
  { object: '16-walk-parents', code: 'KF152', says: [/for \(i = 0; i < 100/, /bpf_for|bpf_loop/], never: [/rodata/] },
  {
    object: '17-timer-no-btf',
    code: 'KF164',
    says: [/timers was made without types/, /__type\(key/, /__type\(value/],
    never: [/does not reach the timer/],
  },
  { object: '18-lock-in-perf-event', code: 'KF156', says: [/per-CPU map/, /__sync_fetch_and_add/, /bpf_spin_lock/] },
  { object: '20-lsm-retval', code: 'KF151', says: [/:23:/, /clamp/, /-4095/, /-EPERM/], never: [/:14:/] },
  {
    object: '22-ringbuf-leak',
    code: 'KF032',
    says: [/bpf_ringbuf_discard\(e, 0\)/, /:20:/],
    never: [/Add bpf_ringbuf_submit/],
  },
  {
    object: '23-core-atime',
    says: [/i_atime_sec and i_atime_nsec/, /bpf_core_field_exists/, /struct inode has no i_atime/],
  },
  { object: '24-fentry-missing', code: 'KF166', says: [/inlined/, /bprm_execve/, /tp_btf\/sched_process_exec/] },
  {
    object: '26-combined-stack',
    code: 'KF154',
    says: [/send 256 bytes → recover 272 bytes/, /\bc \(about 248 bytes/, /\bt \(about/, /per-CPU array/],
    never: [/always_inline/],
  },
  {
    object: '28-tp-btf-void',
    code: 'KF105',
    says: [/argument 2/, /void \*/, /bpf_probe_read_kernel\(.*ctx \+ 2\)/],
    never: [/Read the whole field/],
  },
  {
    object: '30-check-in-callee',
    code: 'KF104',
    says: [/byte 34/, /first 34 are known/, /data \+ 35 > data_end/, /line 14/],
    never: [/sizeof\(struct ethhdr\)/],
  },
  { object: '32-xor-pointer', code: 'KF110', says: [/Compare packet pointers/, /barrier_var/] },
  {
    object: '32-xor-pointer-folded',
    code: 'KF110',
    says: [/no bit operation/, /compiler made/, /Compare pointers/, /barrier_var/],
  },
  { object: '33-post-bind6', code: 'KF105', says: [/src_ip4/, /post_bind4/, /src_ip6/] },
  {
    object: '34-beyond-struct',
    code: 'KF107',
    says: [/bpf_core_cast/, /bpf_rdonly_cast/, /container_of/],
    never: [/user/i, /per-cpu/i],
  },
  {
    object: '35-ctx-to-global',
    code: 'KF024',
    says: [/__arg_ctx/],
    never: [/__arg_nonnull|__arg_trusted|__arg_nullable|__arg_arena/],
  },
  {
    object: '37-tailcall-stack',
    code: 'KF154',
    says: [/first 304 bytes/, /256 is the limit/, /:27:/, /head \(about 300 bytes/],
  },
  { object: '38-unbounded-probe-read', code: 'KF019', says: [/unsigned/, /if \(bytes|if \(size/] },
  { object: '40-getarg-fentry', code: 'KF102', says: [/bpf_probe_read_kernel/] },
  { object: '47-stale-packet-pointer', code: 'KF034', says: [/bpf_skb_vlan_push/, /data_end again/] },
  { object: '48-dynptr-netfilter', code: 'KF018', says: [/constant/, /literal/] },
  { object: '39-no-license', code: 'KF162', says: [/bpf_trace_printk/, /licence/], never: [/kfunc/] },
  { object: '49-structops-write', says: [/snd_cwnd/, /tcp_congestion_ops may write/] },
  { object: '51-structops-write-73', kernel: '7.3', says: [/tcp_congestion_ops may write/, /snd_cwnd/] },
  { object: 'p01-two-locks', code: 'KF164', says: [/field 'b'/, /second bpf_spin_lock/, /did not take/] },
  { object: 'p02-timer-percpu', code: 'KF164', says: [/cannot hold a bpf_timer/] },
  {
    object: 'p03-kptr-no-dtor',
    says: [/field 'dev'/, /destroy a struct net_device/],
    never: [/bpf_probe_read_kernel/],
  },
  { object: 'p04-global-lock', says: [/-524/, /static/, /SEC\("\.data\./, /put it in a map/] },
  { object: 'p07-big-ret', program: 'h', says: [/fexit\/vfs_read/, /error injection/], never: [/fmod_ret\.s/] },
  { object: 'p07-big-ret', program: 'j', says: [/no LSM hook no_such_hook/], never: [/is_sleepable_hook/] },
  { object: 'p08-rdonly-prog', program: 'f', says: [/BPF_F_RDONLY_PROG/], never: [/bytes 0 to 7/] },
  { object: 'p08-rdonly-prog', program: 'g', says: [/BPF_F_WRONLY_PROG/] },
  { object: 'p09-tail-types', program: 'g', says: [/prog_array/, /bpf_tail_call/], never: [/Retrying without BTF/] },
  {
    object: 'p13-map-null-callback',
    program: 'h',
    says: [/lpm_trie/, /walks hash, percpu_hash/],
    never: [/sched_cls/],
  },
  { object: 'p32-task-storage', program: 'f', says: [/bpf_get_current_task_btf/], never: [/trusted_ptr_,/] },
  { object: 'p34-list-nolock', says: [/'h'/, /struct item, which is not defined/] },
  { object: 'p36-hom-bad', says: [/'in3'/, /value_size 4, not 8/] },
  { object: 'p37-hom-noinner', says: [/__array\(values/] },
]
