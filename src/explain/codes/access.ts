// SPDX-License-Identifier: Apache-2.0
// KF100 … KF149: reading and writing memory, arithmetic on pointers.
import type { CodeRow } from './row.ts'

const doc = 'Documentation/bpf/verifier.rst'

export const accessCodes: readonly CodeRow[] = [
  {
    code: 'KF100', title: 'a register is read before anything was written to it', rules: ['uninitialized', 'bad-register'], section: `${doc} "Register value tracking"`,
    rule: 'A register must have been written on the path that reads it; a call leaves R1 to R5 unreadable.',
    label: ['{reg} holds nothing on this path'],
    help: ['Initialise the variable where it is declared, and on every path.', 'After a call only R0 (if the function returns something) and R6 to R10 are readable.'],
    text: 'In C this is an uninitialised variable, a missing return, or inline assembly that forgot a clobber.',
    bad: 'int ret;\n\nif (skb->len > 100)\n\tret = 1;\nreturn ret;',
    good: 'int ret = 0;\n\nif (skb->len > 100)\n\tret = 1;\nreturn ret;',
  },
  {
    code: 'KF101', title: 'memory is accessed through something that may be NULL', rules: ['invalid-access@null', 'null-arithmetic'], section: `kfuncs.rst "KF_RET_NULL flag"; ${doc}`,
    rule: 'A pointer that may be NULL must be compared with NULL before it is used.',
    label: ['{reg} may be NULL here: it is {value}'],
    help: ['Check it first: if (!ptr) return 0; and use it below.', 'Check the pointer itself, before any offset is added to it.'],
    text: 'Map lookups, kfuncs marked KF_RET_NULL and fields read under RCU may give NULL. Only a comparison the verifier sees, on this register or a copy of it, makes the pointer usable.',
    bad: 'v = bpf_map_lookup_elem(&m, &key);\nv->count++;',
    good: 'v = bpf_map_lookup_elem(&m, &key);\nif (v)\n\tv->count++;',
  },
  {
    code: 'KF102', title: 'memory is accessed through what is no pointer to memory', rules: ['invalid-access'], section: doc,
    rule: 'Loads and stores go through pointers the verifier knows the extent of.',
    label: ['{reg} is {value}, and cannot be read or written through'],
    help: ['Read kernel memory through a typed pointer (BTF), or with bpf_probe_read_kernel().', 'Keep the pointer in a variable of its own: arithmetic that is not plus or minus turns it into a number.'],
    text: 'The register holds a number, or a pointer to something that has no readable bytes (a map, a function, the end of the packet).',
  },
  {
    code: 'KF103', title: 'the access may be out of bounds', rules: ['map-value-bounds', 'map-key-bounds', 'memory-bounds', 'min-outside', 'max-outside', 'min-bound', 'max-bound', 'buffer-offset', 'map-flags'], section: `${doc} "Register value tracking"`,
    rule: 'The smallest and the largest offset the register can have must both lie in the object, for the whole access.',
    label: ['{reg} is {value}: {message}', '{message}'],
    help: ['Bound the index right before the access: if (i >= ARRAY_SIZE(a)) return 0;, with i unsigned.', 'Or mask it: a[i & (ARRAY_SIZE(a) - 1)], where the size is a power of two.', 'If the compiler checked another copy of the variable, make it keep one: barrier_var(i).', 'What falls outside: {seen}'],
    text: 'The verifier keeps a range for each number. A comparison narrows it on both branches; arithmetic widens it again. What the message gives is the offset that falls outside.',
    bad: 'return v->names[i];',
    good: 'if (i < sizeof(v->names))\n\treturn v->names[i];',
  },
  {
    code: 'KF104', title: 'the packet is not known to be that long', rules: ['packet-bounds', 'packet-write', 'flow-keys'], section: `${doc} "Direct packet access"`,
    rule: 'Packet bytes may be accessed only after a comparison with data_end showed that they are there.',
    label: ['{reg} is {value}: {message}', '{message}'],
    help: ['Before the access: if (data + sizeof(struct ethhdr) > data_end) return 0;', 'Use the same pointer that was compared, or one made from it by adding a constant.', 'bpf_dynptr_slice() reads packets without such comparisons.'],
    text: 'The comparison tells the verifier how many bytes after the pointer are readable, for it and every pointer derived from it. Helpers that may change the packet end that knowledge.',
    bad: 'struct ethhdr *eth = data;\n\nreturn eth->h_proto;',
    good: 'struct ethhdr *eth = data;\n\nif ((void *)(eth + 1) > data_end)\n\treturn 0;\nreturn eth->h_proto;',
  },
  {
    code: 'KF105', title: 'this field of the context cannot be accessed', rules: ['ctx-access', 'ctx-bounds', 'ctx-store-imm', 'ld-abs-ctx', 'ld-abs-type', 'sock-access'], section: doc,
    rule: 'Each program type lists the context fields that may be read and written, and in which sizes.',
    label: ['{type} programs may not access this part of the context: {seen}', '{type} programs may not access this part of it'],
    help: ['Look at the field’s comment in include/uapi/linux/bpf.h, or at the hook’s prototype: a tracing program may read only the arguments it has.', 'Read the whole field in its own size.'],
    text: 'What a program sees as its context is a view; the kernel rewrites each access. Offsets between fields, and fields for other program types, have nothing to be rewritten to.',
  },
  {
    code: 'KF106', title: 'this memory is read-only', rules: ['write-rdonly', 'helper-writes-object'], section: doc,
    rule: 'Memory that is given read-only must not be written.',
    label: ['{reg} is {value}'],
    help: ['Copy what you need to the stack and change the copy.', 'For a writable slice of a packet: bpf_dynptr_slice_rdwr().'],
    text: 'Slices from bpf_dynptr_slice(), .rodata, map keys and several kernel buffers are read-only.',
  },
  {
    code: 'KF107', title: 'a kernel object is accessed where it must not be', rules: ['btf-access', 'btf-negative', 'btf-variable', 'btf-user', 'btf-percpu', 'btf-write', 'map-access'], section: doc,
    rule: 'Kernel objects are read by whole fields at constant offsets, and written only where the subsystem allows it.',
    label: ['{message}'],
    help: ['Read the field by its name with CO-RE (-g, vmlinux.h).', 'User-space pointers: bpf_copy_from_user() or bpf_probe_read_user(). Per-CPU ones: bpf_per_cpu_ptr().', 'Fields are written through a kfunc or helper of the subsystem, not directly.'],
    text: 'A typed pointer gives read access to the fields its BTF lists; a few structs have writable fields for struct_ops programs.',
  },
  {
    code: 'KF108', title: 'a special field is accessed directly', rules: ['special-field-access'], section: doc,
    rule: 'Locks, timers, work queues, list heads, tree nodes, kptrs and counts are the kernel’s: only their helpers and kfuncs touch them.',
    label: ['{message}'],
    help: ['Use the call that belongs to the field: bpf_spin_lock(), bpf_timer_*(), bpf_list_*(), bpf_rbtree_*(), bpf_kptr_xchg().', 'Copy a struct member by member, around the special field.'],
    text: 'A plain read or write (memcpy of the whole struct, too) would see or break the kernel’s own data.',
  },
  {
    code: 'KF109', title: 'the stack is accessed wrongly', rules: ['stack-bounds', 'stack-unbounded', 'stack-uninit', 'stack-special', 'spill-size', 'spill-stack-pointer', 'spill-variable', 'misaligned-spill', 'fill-size', 'alignment'], section: doc,
    rule: 'The stack has 512 bytes; they are read only after they were written, and pointers are kept whole and aligned.',
    label: ['{message}'],
    help: ['Initialise the whole variable, padding included: struct key k = {}; or memset().', 'Bound a variable index before using it.', 'Iterators and dynptrs are not to be read as bytes.'],
    text: 'Bytes of the stack that were never written may hold kernel data, so they cannot be read or handed to a helper.',
    bad: 'struct key k;\n\nk.port = 80;                          /* k.pad is not set */\nv = bpf_map_lookup_elem(&m, &k);',
    good: 'struct key k = { .port = 80 };\n\nv = bpf_map_lookup_elem(&m, &k);',
  },
  {
    code: 'KF110', title: 'arithmetic that pointers do not take', rules: ['pointer-alu', 'pointer-partial', 'pointer-pointer', 'pointer-alu32', 'pointer-kind', 'pointer-sub', 'stack-sub', 'pointer-bitwise', 'pointer-operator', 'offset-range'], section: doc,
    rule: 'To a pointer one may add or subtract a bounded number, in 64 bits; nothing else.',
    label: ['{reg} is {value}: {message}', '{message}'],
    help: ['Bound the number that is added, then add it.', 'Compute with numbers first and add the result to the pointer last.', 'Subtract pointers only where both point into the same packet.'],
    text: 'Anything else would lose what the verifier knows of the pointer, or let its address be guessed.',
  },
  {
    code: 'KF111', title: 'an address would be shown to the program’s user', rules: ['pointer-leak', 'return-stack'], section: doc,
    rule: 'Kernel addresses must not reach maps, return values or user space.',
    label: ['{reg} is {value}'],
    help: ['Store the value behind the pointer, not the pointer.'],
    text: 'An address tells an attacker where the kernel’s memory is.',
  },
  {
    code: 'KF112', title: 'one instruction, two kinds of pointer', rules: ['mixed-pointers', 'atomic-store'], section: doc,
    rule: 'A load or store must go through the same kind of pointer on every path, and atomics only through memory of the program.',
    label: ['{message}'],
    help: ['Write the access once per branch instead of joining the pointers first.'],
    text: 'The kernel rewrites accesses to the context and some objects; it can do so in one way only.',
  },
]
