// SPDX-License-Identifier: Apache-2.0
// The program as a whole: its hook, what it returns, its size, depth and loops.

import type { Want } from '../want.ts'

export const programWants: readonly Want[] = [
  {
    object: '06-arena-no-map',
    code: 'KF159',
    says: [/refer to an arena|Name the arena/, /bpf_arena_alloc_pages\(&arena/, /"r"\(&arena\)/],
  },
  {
    object: '07-arena-cast-as0',
    program: 'to_itself',
    says: [/__arena/, /compiler emits this cast/, /address of the member/],
    never: [/inline assembly/],
  },
  {
    object: '13-find-host',
    code: 'KF153',
    says: [/line 22/, /line 34/, /\d+,\d{3} times/, /bpf_loop\(\)/, /differs from the one before/],
    never: [/global functions/],
  },
  {
    object: '15b-loop-map-counter',
    code: 'KF152',
    says: [/map a\b/, /not follow what is stored/, /local variable/, /bpf_for/],
  },
  { object: '16-walk-parents', code: 'KF152', says: [/for \(i = 0; i < 100/, /bpf_for|bpf_loop/], never: [/rodata/] },
  { object: '18-lock-in-perf-event', code: 'KF156', says: [/per-CPU map/, /__sync_fetch_and_add/, /bpf_spin_lock/] },
  { object: '20-lsm-retval', code: 'KF151', says: [/:23:/, /clamp/, /-4095/, /-EPERM/], never: [/:14:/] },
  {
    object: '26-combined-stack',
    code: 'KF154',
    says: [/send 256 bytes → recover 272 bytes/, /\bc \(about 248 bytes/, /\bt \(about/, /per-CPU array/],
    never: [/always_inline/],
  },
  {
    object: '37-tailcall-stack',
    code: 'KF154',
    says: [/first 304 bytes/, /256 is the limit/, /:27:/, /head \(about 300 bytes/],
  },
  { object: 'p07-big-ret', program: 'h', says: [/fexit\/vfs_read/, /error injection/], never: [/fmod_ret\.s/] },
  {
    object: '85-chain-of-stacks',
    code: 'KF154',
    says: [/root 208 bytes → emit 208 bytes → inner 208 bytes/, /per-CPU array/],
  },
  { object: '86-endless', code: 'KF152', says: [/not follow what is stored/, /bpf_for/, /local variable/] },
  { object: '90-cgroup-return', code: 'KF151', says: [/returns -1/, /0 to refuse, 1 to allow/] },
  {
    object: 'f6-too-many-jumps',
    code: 'KF153',
    says: [/8,192 branches/, /line 10/, /bpf_for\(i, 0, n\)/],
    never: [/a million/],
  },
  {
    object: 'tail-in-callback',
    kernel: '7.3',
    code: 'KF056',
    says: [/tail call is made from a callback/, /after .* has returned/, /not allowed inside the callback/],
  },
  { object: 'f7-recursion', code: 'KF154', says: [/depth\(\) calls itself/, /loop with a bound/], never: [/inline/i] },
  {
    object: 'f8-falls-off',
    code: 'KF155',
    says: [/die\(\) ends here without a return/, /__builtin_unreachable/, /:6:/],
    never: [/inline assembly/],
  },
  { object: 'g1-fentry-returns', code: 'KF151', says: [/return 0/, /accepts only 0/], never: [/XDP|TC_ACT/] },
  { object: 'g2-sleepable-map', says: [/stack_trace/, /sleep/, /lsm\/file_open|not sleep/] },
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
    object: 'k25-handler-table',
    says: [/function pointer|through a pointer/, /switch|if/, /static|direct/],
    never: [/Code from a compiler is well formed/],
  },
  {
    object: 'm16-lock-in-socket-filter',
    code: 'KF156',
    says: [/socket_filter/, /counters/, /__sync_fetch_and_add|per-CPU/],
  },
  { object: 'm30-netfilter-stolen', code: 'KF151', says: [/0 \(NF_DROP\) or 1 \(NF_ACCEPT\)/, /3/] },
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
    object: 's12-iterator-counts',
    code: 'KF151',
    says: [/0 \(continue with the next\) or 1 \(repeat this one\)/],
    never: [/XDP|NF_/],
  },
  {
    object: 'u12-closed-hook',
    code: 'KF150',
    says: [/setprocattr/, /No program may attach/, /SEC\("fentry\/security_setprocattr"\)/],
  },
  {
    object: 'w09-refused-with-error',
    code: 'KF151',
    says: [/returns -1/, /0 to refuse, 1 to allow/, /EPERM/],
    never: [/negative error to refuse/],
  },
  {
    object: 'w23-operation-without-place',
    code: 'KF150',
    says: [/get_info of tcp_congestion_ops takes no program/, /Remove the program/],
  },
  { object: 'session-gives-two', code: 'KF151', says: [/0 or 1/], never: [/XDP/] },
  {
    object: 'scx-enqueue-sleeps',
    kernel: '7.3',
    code: 'KF150',
    says: [/SEC\("struct_ops\/demo_enqueue"\)/, /may sleep: init_task/],
    never: [/[Tt]ake the program out|[Rr]emove the program/],
  },
  { object: 'allowed-by-minus-one', code: 'KF151', says: [/returns 13/, /negative error to refuse/] },
  { object: 'lock-in-fentry', code: 'KF156', says: [/counts/, /per-CPU/, /__sync_fetch_and_add/] },
  { object: 'next-stage-from-loop', kernel: '7.3', says: [/tail call is made from a callback/, /after the helper/] },
]
