// SPDX-License-Identifier: Apache-2.0
// What the loader finds or makes: maps, types, fields, symbols, hooks.

import type { Want } from '../want.ts'

export const loadingWants: readonly Want[] = [
  {
    object: '17-timer-no-btf',
    code: 'KF164',
    says: [/timers was created without types/, /__type\(key/, /__type\(value/],
    never: [/does not reach the timer/],
  },
  {
    object: '23-core-atime',
    says: [/i_atime_sec and i_atime_nsec/, /bpf_core_field_exists/, /struct inode has no i_atime/],
  },
  { object: '24-fentry-missing', code: 'KF166', says: [/inlined/, /bprm_execve/, /tp_btf\/sched_process_exec/] },
  { object: 'p01-two-locks', code: 'KF164', says: [/field 'b'/, /second bpf_spin_lock/, /did not accept/] },
  { object: 'p02-timer-percpu', code: 'KF164', says: [/cannot hold a bpf_timer/] },
  { object: 'p04-global-lock', says: [/-524/, /static/, /SEC\("\.data\./, /put it in a map/] },
  { object: 'p07-big-ret', program: 'j', says: [/no LSM hook no_such_hook/], never: [/is_sleepable_hook/] },
  { object: 'p36-hom-bad', says: [/'in3'/, /value_size 4, not 8/] },
  { object: 'p37-hom-noinner', says: [/__array\(values/] },
  {
    object: '71-lock-untyped-map',
    code: 'KF164',
    says: [/by_cluster was created without types/, /__type\(key/, /__type\(value/],
  },
  {
    object: '79-enumerator-gone',
    says: [/bpf_core_enum_value_exists\(enum tty_driver_type, TTY_DRIVER_TYPE_PTX\)/],
    never: [/members must not be relocated/, /bpf_core_field_exists/],
  },
  {
    object: 'naked-ops',
    code: 'KF161',
    says: [/Parameter 1 of bare_ssthresh\(\) has no name/, /bare_ssthresh\(void\)/],
  },
  { object: 'a0-section-typo', says: [/not know section "xdp_prog"/, /SEC\("xdp"\)/] },
  {
    object: 'i6-tail-call-in-void',
    says: [/next_stage/, /return(?:s|ing)? int|int next_stage|static __always_inline/],
    never: [/exit/],
  },
  {
    object: 'j1-undefined-function',
    says: [/parse_header/, /not defined|no definition|undefined/, /bpftool gen object|link/, /static/],
    never: [/kernel (?:has|knows) no kfunc/],
  },
  {
    object: 'k4-own-record-relocated',
    says: [/struct set_state_args/, /your own|of its own/, /directly|args->saddr|bpf_probe_read_kernel/],
    never: [/bpf_core_field_exists/],
  },
  { object: 'k6-trie-preallocated', says: [/blocked/, /BPF_F_NO_PREALLOC/, /map_flags/] },
  { object: 'k7-percpu-buffer', says: [/scratches/, /32,?768|32 KiB/, /65,?536/] },
  { object: 'o2-task-state', code: 'KF161', says: [/__state/, /struct task_struct/, /bpf_core_field_exists/] },
  {
    object: 'o3-record-renamed',
    says: [/trace_event_raw_block_rq_completion/, /bpf_core_type_exists/],
  },
  { object: 'o5-disk-of-request', says: [/rq_disk/, /q->disk|q\.disk|request_queue/], never: [/your own/] },
  { object: 'q1-operation-of-nobody', says: [/lonely_ssthresh/, /SEC\("\.struct_ops(?:\.link)?"\)/, /\.ssthresh/] },
  { object: 's1-replacement-alone', says: [/classify/, /bpf_program__set_attach_target/, /program it replaces/] },
  {
    // an edit that only calls the other would not compile: nothing declares it
    object: 't5-missing-kfunc',
    code: 'KF002',
    says: [
      /bpf_task_from_vpid\(\) came with a later kernel: Linux 6\.16 has it, 6\.12/,
      /Did you mean bpf_task_from_pid\?/,
      /bpf_ksym_exists\(bpf_task_from_vpid\)/,
    ],
    never: [/= bpf_task_from_pid\(1\)/],
  },
  { object: 'v14-queue-with-key', says: [/jobs/, /key_size of a queue/, /Remove __type\(key, …\)/], never: [/--set/] },
  { object: 'x24-cpu-of-task', says: [/Since 5\.16 it is thread_info\.cpu/, /bpf_core_field_exists/] },
  { object: 'x25-pages-of-process', says: [/Since 6\.2 it is rss_stat\[…\]\.count/] },
  { object: 'x26-disk-of-bio', says: [/Since 5\.12 it is bi_bdev->bd_disk/] },
  {
    object: 'x30-system-call-by-btf',
    code: 'KF166',
    says: [/SEC\("tracepoint\/syscalls\/sys_enter_openat"\)/, /SEC\("tp_btf\/sys_enter"\)/],
    never: [/cpuhp/],
  },
  { object: 'z04-inode-of-module', says: [/no struct xfs_inode/, /bpf_core_type_exists/, /--module/] },
  {
    object: 'z24-lock-in-lru',
    says: [/cannot hold a bpf_spin_lock/, /hash, array/],
    never: [/__type\(key/],
  },
  { object: 'a8-timer-in-per-task', says: [/tallies/, /cannot hold a bpf_timer/, /hash, lru_hash, array/] },
  { object: 'c30-compared-by-memcmp', says: [/memcmp/, /C library/, /bpf_strncmp/], never: [/bpftool gen object/] },
  {
    object: 'scx-member-of-later',
    says: [
      /struct sched_ext_ops has no member cgroup_set_bandwidth/,
      /skel->struct_ops\.demo->cgroup_set_bandwidth = NULL/,
      /:14:/,
    ],
  },
  { object: 'tasks-by-iterator-name', code: 'KF166', says: [/no iterator tasks/, /Did you mean SEC\("iter\/task"\)/] },
  { object: 'hook-by-old-name', code: 'KF166', says: [/lsm\/bprm_check_security/] },
  { object: 'ops-not-in-kernel', says: [/no struct_ops bpf_oom_ops/, /sched_ext_ops and tcp_congestion_ops/, /:12:/] },
  { object: 'config-number-as-bool', says: [/CONFIG_HZ is 250/, /extern int CONFIG_HZ __kconfig;/] },
  {
    object: 'field-of-other-kind',
    says: [/on_cpu is an int in this kernel, and a struct wait_place in the program/, /bpf_core_field_exists/],
    never: [/has no on_cpu/],
  },
  {
    object: 'time-of-c-library',
    says: [/clock_gettime/, /C library/, /bpf_ktime_get_ns\(\)/],
    never: [/bpftool gen object/],
  },
  { object: 'printed-by-printf', says: [/printf\(\)/, /C library/, /bpf_printk\(\)/], never: [/bpftool gen object/] },
  { object: 'stacks-too-deep', says: [/stacks/, /127 frames/] },
  { object: 'lru-made-late', says: [/always preallocated/, /BPF_F_NO_PREALLOC/], never: [/--set/] },
  { object: 'devices-with-names', says: [/value_size of a devmap must be 4 or 8, not 20/], never: [/--set/] },
  { object: 'old-helper-number', code: 'KF165', says: [/newer kernel/, /bpf_core_enum_value_exists/] },
]
