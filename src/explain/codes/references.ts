// SPDX-License-Identifier: Apache-2.0
// KF030 … KF049: references and kptrs.
import type { CodeRow } from './row.ts'

export const referenceCodes: readonly CodeRow[] = [
  {
    code: 'KF030', title: 'there is no reference to release', rules: ['release-nothing', 'untrusted-arg@release', 'not-rcu-arg@release', 'pointer-type@release', 'not-btf@release'], section: 'kfuncs.rst "KF_RELEASE flag"',
    rule: 'A release kfunc takes exactly one pointer that an acquire kfunc returned and that is still held.',
    label: ['{kfunc} gives a reference back, and {reg} is none: {value}', '{kfunc} gives a reference back, and none is passed'],
    help: ['Release only what {partner} returned.', 'A pointer that the hook gave you, or that was read out of a map or another object, is not yours: do not release it. To own a kptr, take it out: ref = bpf_kptr_xchg(&value->field, NULL).', 'A second release of the same pointer is one too many: after the first it is gone.'],
    text: 'Acquiring gives the pointer a reference id; release kfuncs look for it. Arguments of the hook, RCU pointers and walked pointers have none.',
    bad: 'SEC("tp_btf/task_newtask")\nint BPF_PROG(f, struct task_struct *task, u64 flags)\n{\n\tbpf_task_release(task);               /* not ours */\n\treturn 0;\n}',
    good: 'SEC("tp_btf/task_newtask")\nint BPF_PROG(f, struct task_struct *task, u64 flags)\n{\n\tstruct task_struct *ref = bpf_task_acquire(task);\n\n\tif (ref)\n\t\tbpf_task_release(ref);\n\treturn 0;\n}',
  },
  {
    code: 'KF031', title: 'the reference is not held here', rules: ['kfunc-release-unknown', 'release-unknown', 'release-unreferenced'], section: 'kfuncs.rst "KF_RELEASE flag"',
    rule: 'What is released must have been acquired before, in this program or a caller of it, and not released since.',
    label: ['{kfunc} is given no reference that this program holds; {reg} is {value}', '{reg} is no reference that this program holds', 'no reference is held here'],
    help: ['Release only what {partner} returned, once.', 'A callback may not release what its caller acquired: it may run many times.'],
    text: 'The pointer once had a reference, but the list of references held on this path no longer has it: it was released before, moved into a map, or belongs to the function outside a callback.',
  },
  {
    code: 'KF032', title: 'a reference is never released', rules: ['reference-leak'], section: 'kfuncs.rst "KF_ACQUIRE flag"',
    rule: 'Whatever is acquired must be released, or moved into a map with bpf_kptr_xchg(), on every path before the program ends.',
    label: ['the program ends here, still holding what {acquirer} returned', 'the program ends here, still holding a reference'],
    help: [['Add {release} before this point, on this path too.', 'Call {partner} on it before this point, on this path too.', 'Release it before this point, on this path too.'], 'Or store it: bpf_kptr_xchg() into a __kptr field of a map value; release what comes back.', 'Look at the decisions above: usually an early return misses the release.'],
    text: 'The kernel cannot clean up after a program, so the verifier follows each reference on each path. NULL checks count: on the branch where the pointer is NULL there is nothing to release. Storing the pointer on the stack or in a plain map field does not give it away.',
    bad: 'struct task_struct *ref = bpf_task_acquire(task);\n\nif (!ref)\n\treturn 0;\nif (ref->pid == 1)\n\treturn 0;                       /* leaks */\nbpf_task_release(ref);\nreturn 0;',
    good: 'struct task_struct *ref = bpf_task_acquire(task);\n\nif (!ref)\n\treturn 0;\nif (ref->pid == 1)\n\tgoto out;\n/* … */\nout:\nbpf_task_release(ref);\nreturn 0;',
  },
  {
    code: 'KF033', title: 'two references in one call', rules: ['two-references'], section: 'kfuncs.rst "KF_RELEASE flag"',
    rule: 'A call may be given one referenced pointer, so that it is clear which one it takes.',
    label: ['{reg} is the second reference passed to this call'],
    help: ['Split the call, or pass one of the two as something the kernel does not own.'],
    text: 'The verifier notes one reference per call, the one that a release or a result is tied to.',
  },
  {
    code: 'KF034', title: 'the pointer is gone', rules: ['invalid-access@lost', 'uninitialized@lost', 'pointer-type@lost', 'untrusted-arg@lost', 'not-rcu-arg@lost', 'release-nothing@lost', 'argument-type@lost', 'not-btf@lost'], section: 'kfuncs.rst "KF_RELEASE flag"; Documentation/bpf/verifier.rst',
    rule: 'Releasing a reference, changing the packet, leaving an RCU section or destroying an iterator ends the life of every pointer to it, all copies included.',
    label: ['{reg} was {was}, until the step shown above; here it is {value}', '{reg} is no longer a pointer'],
    help: ['Use the pointer before that call, or get it anew after it.', '{?clobbered}R1 to R5 do not survive any call; the compiler keeps what it needs in R6 to R9 or on the stack.', '{?packet}After a helper that may move the packet, read data and data_end again and repeat the checks.'],
    text: 'A released object may be freed at once, so the verifier turns each register and stack slot that held the pointer into a plain number. The same happens to slices of a dynptr when the packet may have moved, to RCU pointers when the section ends, to non-owning references at bpf_spin_unlock().',
    bad: 'bpf_task_release(ref);\nreturn ref->pid;                      /* ref is gone */',
    good: 'pid = ref->pid;\nbpf_task_release(ref);\nreturn pid;',
  },
  {
    code: 'KF040', title: 'the kptr is of another type', rules: ['kptr-type'], section: 'kfuncs.rst "Core kfuncs"; Documentation/bpf/map_kptr',
    rule: 'A kptr field takes only an unmodified pointer to the struct it declares.',
    label: ['{reg} does not fit the field, which holds struct {expected}; it is {value}', '{reg} does not fit the field'],
    help: ['Pass a referenced pointer to struct {expected}, as its acquire kfunc returns it.', 'An untrusted kptr field (__kptr_untrusted) takes plain pointers; __kptr takes references through bpf_kptr_xchg() only.'],
    text: 'The map’s BTF says what each kptr field points to; the kernel will call that type’s destructor on it.',
  },
  {
    code: 'KF041', title: 'a kptr is used as ordinary memory', rules: ['kptr-variable', 'kptr-offset', 'kptr-size', 'kptr-insn', 'kptr-store', 'kptr-helper', 'kptr-none', 'kptr-btf', 'kptr-unreferenced'], section: 'kfuncs.rst "Core kfuncs"',
    rule: 'A referenced kptr changes hands through bpf_kptr_xchg() only; any kptr is read and written whole, at its own constant offset.',
    label: ['{reg} does not reach a kptr field the way it must; it is {value}', 'a kptr is not accessed the way it must'],
    help: ['To store: old = bpf_kptr_xchg(&value->field, new); then release old if it is not NULL.', 'To take out: ref = bpf_kptr_xchg(&value->field, NULL).', 'Declare the field with __kptr in a map value, and keep the map’s BTF.'],
    text: 'The field holds a pointer with a count. A plain store would lose the old one; a read of half of it would leak an address.',
    bad: 'value->task = ref;',
    good: 'old = bpf_kptr_xchg(&value->task, ref);\nif (old)\n\tbpf_task_release(old);',
  },
]
