// SPDX-License-Identifier: Apache-2.0
// Rows of the named feature gates: the kernel that each came with, and what it stands for.

export interface GateRow {
  readonly name: string
  /** First kernel that has it. */
  readonly since: string
  /** First kernel that no longer has it. */
  readonly until?: string
  /** Older series that have it by a stable release. */
  readonly stable?: readonly string[]
  readonly words: string
  /** Nothing asks it: the kernel's types, its registrations or the loader's capabilities tell what it stands for. */
  readonly told?: true
}

export const gateRows = [
  { name: 'kfuncs', since: '5.18', words: 'kfunc sets registered per program type, with flags since 6.0' },
  { name: 'open-coded-iterators', since: '6.4', words: 'KF_ITER_* and bpf_iter_num' },
  { name: 'exceptions', since: '6.7', words: 'bpf_throw and exception callbacks' },
  { name: 'may-goto', since: '6.9', words: 'the may_goto instruction' },
  { name: 'arena', since: '6.9', words: 'arena maps and addr_space_cast' },
  { name: 'preempt-kfuncs', since: '6.10', words: 'bpf_preempt_disable and bpf_preempt_enable' },
  { name: 'work-queues', since: '6.10', words: 'bpf_wq' },
  {
    name: 'kfunc-decl-tags',
    since: '6.11',
    words: 'kfuncs carry the decl tag bpf_kfunc in BTF (where pahole is new enough)',
  },
  {
    name: 'iter-next-any',
    since: '6.11',
    words: 'iterator next kfuncs may return a pointer to anything, sized by its type',
  },
  { name: 'fastcall', since: '6.12', words: 'bpf_fastcall: no spills around marked calls' },
  {
    name: 'raw-tp-null-args',
    since: '6.12',
    words: 'arguments of tp_btf programs that tracepoints pass as NULL are marked so',
    told: true,
  },
  {
    name: 'user-pointers',
    since: '6.13',
    words: 'pointers to user memory in task storage (the type tag uptr)',
  },
  { name: 'private-stack', since: '6.13', words: 'functions of some programs have stacks of their own' },
  {
    name: 'irq-kfuncs',
    since: '6.14',
    words: 'bpf_local_irq_save and __irq_flag; a callback may release what its caller holds',
  },
  {
    name: 'helper-access-by-kind',
    since: '6.14',
    words: 'what a call only reads of the stack stays known',
  },
  {
    name: 'array-lookups-never-null',
    since: '6.14',
    words: 'looking up a constant index within an array never gives NULL',
  },
  {
    name: 'references-by-state',
    since: '6.14',
    words: 'a state has its references, not each of its frames',
  },
  {
    name: 'products-signed',
    since: '6.14',
    words: 'what products lie in is worked out of numbers that may be negative, too',
  },
  {
    name: 'resilient-spin-lock',
    since: '6.15',
    words: 'bpf_res_spin_lock, locks that nest; walkers of lists and trees',
  },
  { name: 'load-acquire', since: '6.15', words: 'load-acquire and store-release' },
  {
    name: 'static-register-liveness',
    since: '6.15',
    words: 'liveness of registers computed ahead of exploration',
  },
  {
    name: 'struct-ops-refcounted-args',
    since: '6.15',
    words: '__ref arguments and kptr returns of struct_ops programs',
  },
  {
    name: 'sock-ops-kfuncs',
    since: '6.15',
    words: 'BPF_PROG_TYPE_SOCK_OPS looks into the kfunc hook of cgroup programs',
  },
  {
    name: 'sleepable-global-calls',
    since: '6.15',
    words: 'global functions that may sleep are told apart',
  },
  {
    name: 'base-helpers-for-all',
    since: '6.16',
    words: 'task storage, signals and more of what tracing programs call are helpers of every program type',
  },
  { name: 'may-goto-next', since: '6.16', words: 'may_goto may lead to the instruction behind it' },
  { name: 'verifier-bugs-told', since: '6.16', words: 'what the verifier stumbles over is in the log' },
  {
    name: 'raw-tp-null-args-more',
    since: '6.16',
    words: 'of more tracepoints it is known which arguments are NULL: tcp_sendmsg_locked, hugetlbfs_alloc_inode …',
  },
  {
    name: 'verifier-bug-words',
    since: '6.17',
    words: 'internal errors of the verifier are told as its bugs',
  },
  {
    name: 'attach-refusals-named',
    since: '6.17',
    words: 'a function that may not be traced is named',
  },
  { name: 'tail-call-map-told', since: '6.17', words: 'bpf_tail_call says what map it wants' },
  {
    name: 'unequal-bits-told',
    since: '6.17',
    stable: ['6.12'],
    words: 'numbers that differ in a known bit are not equal',
  },
  {
    name: 'crossing-words-shrunk',
    since: '6.17',
    stable: ['6.12'],
    words: 'a range that crosses its sign shrinks to the end that its other reading meets',
  },
  { name: 'negations-ranged', since: '6.17', words: 'what a negated number lies in is worked out' },
  { name: 'kfunc-prog-suffix', since: '6.17', until: '7.0', words: 'the parameter suffix __prog' },
  { name: 'string-kfuncs', since: '6.17', words: 'bpf_strcmp and its kin', told: true },
  {
    name: 'rdonly-cast-to-void',
    since: '6.17',
    words: 'bpf_rdonly_cast to void: bytes that may not be there',
  },
  {
    name: 'loops-by-component',
    since: '6.17',
    words:
      'loops are the strongly connected components of the flow graph; their states are exact until all paths are done',
  },
  {
    name: 'untrusted-leaves',
    since: '6.17',
    words: 'numbers behind a walked pointer are read as bytes that may not be there',
  },
  {
    name: 'static-liveness',
    since: '6.18',
    until: '7.1',
    words: 'liveness of stack slots by what was called from where, gathered as exploration goes on',
  },
  {
    name: 'linked-in-step',
    since: '6.18',
    words: 'what is linked at a distance has its bits and ranges brought in step',
  },
  { name: 'sums-wrapped-whole', since: '6.18', words: 'sums that all wrap keep their range' },
  { name: 'product-bits', since: '6.18', words: 'each bit of a product is known as far as the operands tell' },
  { name: 'arena-signed-loads', since: '6.18', words: 'sign-extending loads from an arena' },
  { name: 'kprobe-context-writes', since: '6.18', words: 'uprobe programs may write registers' },
  { name: 'task-work', since: '6.18', words: 'bpf_task_work' },
  {
    name: 'wq-constant-offset',
    since: '6.18',
    words: 'a work queue lies at a known place in its map value',
  },
  {
    name: 'sleep-by-context',
    since: '6.18',
    words: 'callbacks that run later sleep or not by what calls them, whatever the program may',
  },
  {
    name: 'tail-calls-return',
    since: '6.18',
    words: 'a tail call that a function makes may return to its caller, with any number',
  },
  {
    name: 'kfunc-rcu-protected-calls',
    since: '6.18',
    words: 'KF_RCU_PROTECTED on any kfunc: called in an RCU section, its result lives as long',
  },
  { name: 'union-arguments', since: '6.18', words: 'unions by value are arguments like structs' },
  {
    name: 'rcu-locks-nest',
    since: '6.19',
    words: 'bpf_rcu_read_lock may be called again inside its section',
  },
  {
    name: 'self-compares-decided',
    since: '6.19',
    words: 'a number compared with itself is decided, and teaches nothing',
  },
  {
    name: 'crossing-halves-shrunk',
    since: '6.19',
    stable: ['6.12'],
    words: 'and so does that of the low half of a number',
  },
  {
    name: 'sign-masks-forked',
    since: '6.19',
    stable: ['6.12'],
    words: '0 or -1 under a mask is followed as both',
  },
  { name: 'byte-swaps-followed', since: '6.19', words: 'the bits of a byte swap are known' },
  { name: 'lone-values-found', since: '6.19', words: 'where bits and range have one value in common, that is it' },
  { name: 'kfunc-returns-trusted', since: '6.19', words: 'pointers that kfuncs return are trusted' },
  { name: 'indirect-jumps', since: '6.19', words: 'gotox through jump tables' },
  { name: 'quotients-ranged', since: '7.0', words: 'what quotients and remainders by constants lie in is worked out' },
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
    since: '7.1',
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
    name: 'tracing-helpers-for-all',
    since: '7.3',
    words:
      'most helpers of tracing programs are for programs of every type (some kernels since 6.16 have a part of it)',
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
