// SPDX-License-Identifier: Apache-2.0
// Gates that opened in kernels 7.x.
import type { GateRow } from './gate-row.ts'

export const gatesOfSeven = [
  { name: 'quotients-ranged', since: '7.0', words: 'what quotients and remainders by constants lie in is worked out' },
  {
    name: 'arena-sources-taken',
    since: '7.0',
    stable: ['6.12'],
    words: 'arithmetic of a number and an arena pointer leads into the arena, whichever comes first',
  },
  {
    name: 'arena-kfuncs-under-lock',
    since: '7.0',
    words: 'arena pages may be allocated and freed while a lock is held',
  },
  {
    name: 'kfunc-trusted-by-default',
    since: '7.0',
    words: 'every kfunc takes trusted arguments; KF_TRUSTED_ARGS is gone',
  },
  {
    name: 'helper-memory-flags',
    since: '7.0',
    words: 'helpers say of all memory whether they read or write it',
  },
  {
    name: 'linked-differences',
    since: '7.0',
    words: 'copies of a number stay linked when something is taken from one, or added in 32 bits',
  },
  {
    name: 'lone-ids-forgotten',
    since: '7.0',
    words: 'a number that no other is linked to any more loses its id where a state is kept',
  },
  {
    name: 'loops-compare-bytes-as-numbers',
    since: '7.0',
    words: 'in loops, too, bytes of the stack that may be anything cover any number',
  },
  { name: 'opt-is-nullable', since: '7.0', words: 'the suffix __opt became __nullable', told: true },
  {
    name: 'implicit-args',
    since: '7.0',
    words: 'KF_IMPLICIT_ARGS: the verifier fills trailing arguments in',
  },
  {
    name: 'tracing-sessions',
    since: '7.0',
    words: 'fsession programs; session kfuncs take any session’s context',
  },
  {
    name: 'typed-tracepoint-arguments',
    since: '7.0',
    words: 'bpf_get_func_arg and bpf_get_func_arg_cnt in tp_btf programs',
  },
  { name: 'timers-in-tracing', since: '7.0', words: 'timers and work queues in maps of tracing programs' },
  {
    name: 'raw-tp-kfuncs',
    since: '7.0',
    words: 'BPF_PROG_TYPE_RAW_TRACEPOINT looks into the kfunc hook of tracing programs',
  },
  {
    name: 'func-ip-in-sessions',
    since: '7.1',
    words: 'bpf_get_func_ip is told to work in fsession programs too',
  },
  {
    name: 'syscall-context-moves',
    since: '7.1',
    words: 'the context of syscall programs at any offset; only theirs is memory to a call',
  },
  {
    name: 'struct-arguments-only',
    since: '7.1',
    words: 'arguments of the traced function that point to no struct are numbers',
  },
  {
    name: 'context-constant-offset',
    since: '7.1',
    words: 'a context that is not rewritten may be read through a pointer at a constant offset',
  },
  {
    name: 'pointers-in-one-offset',
    since: '7.1',
    words: 'the constant offset of a pointer is part of its bounds',
  },
  {
    name: 'stack-liveness-ahead',
    since: '7.1',
    words:
      'jumps between constants are settled, and what of the stack is read later is known, ahead of exploration; the rest is forgotten',
  },
  { name: 'dead-branches-tried', since: '7.1', words: 'a branch that would leave a range empty is not taken' },
  { name: 'obj-new-without-impl', since: '7.1', words: 'bpf_obj_new and its kin without _impl' },
  {
    name: 'syscalls-sleepable',
    since: '7.1',
    words: 'without error injection, sleepable programs and fmod_ret may attach to system calls',
  },
  {
    name: 'sleep-told-by-region',
    since: '7.1',
    words: 'where a call may not sleep, the section that forbids it is named',
  },
  {
    name: 'packet-end-forgotten',
    since: '7.1',
    words: 'arithmetic on a packet pointer forgets what a comparison with the end told',
  },
  { name: 'sleepable-tracepoints', since: '7.1', words: 'tracepoint programs may be sleepable' },
  {
    name: 'global-throws',
    since: '7.1',
    words: 'a global function that may throw leaves its caller on that path; global functions may return void',
  },
  {
    name: 'fields-checked-first',
    since: '7.1',
    words: 'registers and unused fields of all instructions are checked before anything else',
  },
  {
    name: 'kptr-xchg-under-lock',
    since: '7.1',
    words: 'bpf_kptr_xchg may be called while a lock is held',
  },
  {
    name: 'kptr-xchg-borrowed',
    since: '7.1',
    words: 'bpf_kptr_xchg takes a kptr of a node that is borrowed, or lives by RCU',
  },
  {
    name: 'null-by-register',
    since: '7.1',
    words: 'a comparison with a register that holds 0 tells NULL apart, too',
  },
  {
    name: 'arena-pointers-returned',
    since: '7.2',
    words: 'global functions may return pointers into an arena',
  },
  {
    name: 'seg6-pulls-nothing',
    since: '7.2',
    stable: ['6.12'],
    words: 'programs of lwt_seg6local call no bpf_skb_pull_data',
  },
  {
    name: 'pointer-halves-undecided',
    since: '7.2',
    stable: ['6.12'],
    words: 'a 32-bit comparison of a pointer with 0 is not decided',
  },
  {
    name: 'loop-count-number',
    since: '7.2',
    stable: ['6.12'],
    words: 'bpf_loop takes a number for its count, no pointer',
  },
  {
    name: 'refused-writes-placed',
    since: '7.2',
    words: 'a write to a kernel struct that is refused names register, struct and place',
  },
  {
    name: 'objects-below-frame-top',
    since: '7.2',
    words: 'an iterator or dynptr at offset 0 of a frame is none',
  },
  {
    name: 'nmi-unsafe-drop',
    since: '7.2',
    words: 'tracing programs may not drop objects whose fields cannot be freed in an NMI',
  },
  { name: 'arguments-by-register', since: '7.2', words: 'messages name an argument by its register' },
  {
    name: 'object-ids',
    since: '7.2',
    words: 'one id for an object and its reference: derived objects die with what they stand on',
  },
  {
    name: 'kptr-tags-anywhere',
    since: '7.2',
    words:
      'the tag of a kptr stands anywhere among the modifiers of what it points at, beside tags that say something else',
  },
  {
    name: 'release-kfunc-first-argument',
    since: '7.2',
    words: 'a release kfunc releases its first argument',
  },
  { name: 'unlock-ends-rcu', since: '7.2', words: 'pointers that lived by a lock are untrusted after it' },
  {
    name: 'many-args',
    since: '7.2',
    words: 'more than five arguments, through r11 (`unsupported` where a program passes some)',
  },
  {
    name: 'circular-ranges',
    since: '7.2',
    words: 'signed and unsigned bounds as one circular range',
  },
  { name: 'deepest-call-16', since: '7.2', words: 'sixteen frames instead of eight' },
  { name: 'set-retval-range', since: '7.2', words: 'bpf_set_retval takes what the program may return' },
  {
    name: 'null-arguments-refused',
    since: '7.2',
    words: 'NULL for memory of a global function only where it may be NULL',
  },
  {
    name: 'global-memory-written',
    since: '7.2',
    words: 'memory for a global function is memory that may be written, and stays valid',
  },
  {
    name: 'signed-fills-unlinked',
    since: '7.2',
    words: 'a register filled with its sign extended is no copy of what was spilled',
  },
  { name: 'callbacks-cannot-tail-call', since: '7.2', words: 'a callback makes no tail call' },
  { name: 'more-sleepable-maps', since: '7.2', words: 'tries and program arrays in sleepable programs' },
  {
    name: 'arena-pointers-by-type',
    since: '7.2',
    words: 'a pointer of a global function with the type tag arena is an arena pointer, without a declaration tag',
  },
  {
    name: 'spilled-zeros-read',
    since: '7.3',
    words: 'bytes of a spilled zero are read as zeros, also with bytes beside it',
  },
  {
    name: 'rcu-by-any-section',
    since: '7.3',
    words: 'RCU pointers live in every section that forbids sleep',
  },
  {
    name: 'map-lookups-refined',
    since: '7.3',
    words: 'what a map of maps or of sockets gives is no plain memory, even where it may be NULL',
  },
  { name: 'verifier-reports', since: '7.3', words: 'the kernel explains a rejection itself' },
  {
    name: 'kfunc-args-by-declaration',
    since: '7.3',
    words: 'what a kfunc’s argument must be is decided by its declaration alone',
  },
  {
    name: 'callback-elements-told-apart',
    since: '7.3',
    words: 'map elements given to callbacks are told apart',
  },
  {
    name: 'plain-pointers-read-only',
    since: '7.3',
    words: 'nothing is written through a pointer into the kernel that is neither trusted nor under RCU',
  },
  { name: 'all-pointers-spill', since: '7.3', words: 'every pointer keeps its meaning on the stack' },
  { name: 'percpu-data', since: '7.3', words: 'the one value of a per-CPU array has an address' },
  { name: 'kfunc-spinlock-safe', since: '7.3', words: 'KF_SPINLOCK_SAFE' },
  {
    name: 'kfunc-perfmon',
    since: '7.3',
    words: 'KF_PERFMON: what programs without CAP_PERFMON may not call, and all that are judged here may',
    told: true,
  },
  {
    name: 'kfunc-arena-args',
    since: '7.3',
    words: 'the parameter suffixes __arena and __arena__nullable',
    told: true,
  },
  {
    name: 'few-sockmap-writers',
    since: '7.3',
    words: 'fewer programs write socket maps by the ordinary helpers',
  },
  {
    name: 'arena-arithmetic-unmixed',
    since: '7.3',
    words: 'one instruction does arithmetic on arena pointers or on numbers, not both',
  },
  { name: 'null-arguments-exact', since: '7.3', words: 'that an argument is NULL is exact' },
  {
    name: 'packet-reach-plain',
    since: '7.3',
    words: 'how far a packet pointer reaches is the plain sum of its offsets, whatever their bits say',
  },
] as const satisfies readonly GateRow[]
