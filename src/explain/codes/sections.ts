// SPDX-License-Identifier: Apache-2.0
// KF050 … KF059: RCU, preemption and lock sections.
import type { CodeRow } from './row.ts'

const verifier = 'Documentation/bpf/verifier.rst; include/linux/bpf_verifier.h'

export const sectionCodes: readonly CodeRow[] = [
  {
    code: 'KF050', title: 'a section is still open', rules: ['section-open'], section: 'kfuncs.rst "Core kfuncs"',
    rule: 'Every RCU, preempt-disabled or lock section is closed on every path before the program ends or throws.',
    label: ['the program ends here with the section still open: {message}'],
    help: ['Close it on this path too; the decisions above show which one misses it.', 'Before bpf_throw(): close every section, or throw outside of it.'],
    text: 'A program that ended inside such a section would leave the kernel with RCU, preemption or a lock held for ever.',
    bad: 'bpf_rcu_read_lock();\nif (!task->real_parent)\n\treturn 0;                       /* still locked */\nbpf_rcu_read_unlock();',
    good: 'bpf_rcu_read_lock();\nparent = task->real_parent;\nif (!parent)\n\tgoto out;\n/* … */\nout:\nbpf_rcu_read_unlock();\nreturn 0;',
  },
  {
    code: 'KF051', title: 'lock and unlock do not pair', rules: ['rcu-unmatched', 'rcu-nested', 'preempt-unmatched', 'unlock-none'], section: 'kfuncs.rst "Core kfuncs"',
    rule: 'Sections are opened and closed in pairs; RCU sections do not nest in 6.12.',
    label: ['{message}'],
    help: ['Open the section before this point on every path, or take this call away.', 'In a subprogram: open and close in the same function, or leave both to the caller.'],
    text: 'The verifier counts how deep the program is in each kind of section on each path.',
    bad: 'bpf_rcu_read_lock();\nbpf_rcu_read_lock();\nbpf_rcu_read_unlock();\nbpf_rcu_read_unlock();',
    good: 'bpf_rcu_read_lock();\nbpf_rcu_read_unlock();',
  },
  {
    code: 'KF052', title: 'the lock of this list or tree is not held', rules: ['lock-not-held'], section: 'Documentation/bpf/graph_ds_impl.rst',
    rule: 'A list head or tree root may only be touched while the bpf_spin_lock next to it, in the same map value or object, is held.',
    label: ['{reg} is a list or tree whose own lock is not held here', 'the lock of this list or tree is not held here'],
    help: ['bpf_spin_lock(&lock) before, bpf_spin_unlock(&lock) after, with the lock that stands beside the list or root in the same struct or section.', 'For globals: put lock and root into one private section, e.g. #define private(name) SEC(".data." #name) __hidden __attribute__((aligned(8))).'],
    text: 'The verifier identifies the lock by the object it is in: another value of the same map has another lock.',
    bad: 'bpf_list_push_back(&head, &node->list);',
    good: 'bpf_spin_lock(&lock);\nbpf_list_push_back(&head, &node->list);\nbpf_spin_unlock(&lock);',
  },
  {
    code: 'KF053', title: 'not while a lock or section is held', rules: ['lock-held', 'rcu-held', 'preempt-held', 'lock-two', 'lock-call', 'lock-global-call', 'preempt-global-call', 'rcu-global-call', 'ld-abs-lock', 'ld-abs-rcu', 'ld-abs-preempt', 'ld-abs-ref', 'ld-abs-callback'], section: verifier,
    rule: 'While a bpf_spin_lock is held a program may hold no other and call nothing but list and tree kfuncs; other sections forbid tail calls, sleeping and global functions.',
    label: ['{callee} is not allowed here: {message}', '{message}'],
    help: ['Unlock before the call, or make the call first and keep its result.', 'Make the function static, so that the verifier sees what it does under the lock.'],
    text: 'The section above is short on purpose: whatever runs inside it runs with a lock taken or preemption off, and a tail call would never come back to close it.',
    bad: 'bpf_spin_lock(&v->lock);\nv->stamp = bpf_ktime_get_ns();\nbpf_spin_unlock(&v->lock);',
    good: '__u64 now = bpf_ktime_get_ns();\n\nbpf_spin_lock(&v->lock);\nv->stamp = now;\nbpf_spin_unlock(&v->lock);',
  },
  {
    code: 'KF054', title: 'another lock is unlocked than was locked', rules: ['unlock-other'], section: verifier,
    rule: 'bpf_spin_unlock() takes the very lock that bpf_spin_lock() took: the same map value or object, looked up once.',
    label: ['{reg} is not the lock that is held; it is {value}', 'this is not the lock that is held'],
    help: ['Look the value up once and use that pointer for both.', 'Two lookups of the same key count as two values: the map may have changed in between.'],
    text: 'The lock is identified by the map (or allocated object) and the id of the pointer, not by its address.',
    bad: 'a = bpf_map_lookup_elem(&m, &key);\nb = bpf_map_lookup_elem(&m, &key);\nif (!a || !b)\n\treturn 0;\nbpf_spin_lock(&a->lock);\nbpf_spin_unlock(&b->lock);',
    good: 'a = bpf_map_lookup_elem(&m, &key);\nif (!a)\n\treturn 0;\nbpf_spin_lock(&a->lock);\nbpf_spin_unlock(&a->lock);',
  },
  {
    code: 'KF055', title: 'this is no lock', rules: ['lock-offset', 'lock-btf', 'lock-none'], section: verifier,
    rule: 'bpf_spin_lock() takes the one struct bpf_spin_lock of a map value or allocated object, at its constant offset.',
    label: ['{reg} does not point to the lock; it is {value}'],
    help: ['Pass &value->lock, where lock is a struct bpf_spin_lock declared in the map’s value type.', 'Compile with -g: without BTF the map has no lock that the kernel knows of.'],
    text: 'The map’s BTF tells the kernel where the lock is; a value has at most one.',
  },
  {
    code: 'KF056', title: 'not inside this callback', rules: ['rcu-in-callback', 'lock-in-callback', 'remove-in-callback'], section: 'Documentation/bpf/graph_ds_impl.rst',
    rule: 'The comparison callback of bpf_rbtree_add() runs under the tree’s lock: it may not lock, unlock or change the tree.',
    label: ['this runs inside the comparison callback: {message}'],
    help: ['Do it before or after bpf_rbtree_add(); let the callback only compare.'],
    text: 'The callback is called while the tree is being walked.',
  },
]
