// SPDX-License-Identifier: Apache-2.0
// Rows of the named feature gates, in the order they opened; those that opened in 7.x stand in a file of their own.
import type { GateRow } from './gate-row.ts'
import { gatesOfSeven } from './gate-rows-7.ts'

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
    words: 'most helpers of tracing programs are for programs of every type',
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
  { name: 'sums-wrapped-whole', since: '6.17', words: 'sums that all wrap keep their range' },
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
  {
    name: 'buffers-null-checked',
    since: '6.19',
    stable: ['6.12'],
    words: 'buffers of iterators are compared with NULL before they are read',
  },
  {
    name: 'throws-named',
    since: '6.19',
    stable: ['6.12'],
    words: 'what bpf_throw would leave open is told of bpf_throw',
  },
  {
    name: 'sock-create-options',
    since: '6.19',
    words: 'programs of sock_create read and set options of the socket',
  },
  { name: 'indirect-jumps', since: '6.19', words: 'gotox through jump tables' },
  ...gatesOfSeven,
] as const satisfies readonly GateRow[]
