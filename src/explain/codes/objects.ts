// SPDX-License-Identifier: Apache-2.0
// KF080 … KF099: allocated objects, lists and trees, work queues, timers, exceptions, casts.
import type { CodeRow } from './row.ts'

const graph = 'Documentation/bpf/graph_ds_impl.rst'

export const objectCodes: readonly CodeRow[] = [
  {
    code: 'KF080',
    title: 'the object is not one the program owns',
    rules: ['not-allocated', 'not-owned', 'drop-kind'],
    section: graph,
    rule: 'bpf_obj_drop(), list and tree insertion take an owning reference from bpf_obj_new(), once.',
    label: [
      'the {arg} argument of {kfunc} must be an object the program owns; {reg} is {value}',
      '{reg} is not an object the program owns',
    ],
    help: [
      'Pass what bpf_obj_new() (or a pop or remove) returned, after a NULL check.',
      'After an insertion the pointer is non-owning: the list or tree owns the node. Take a second reference with bpf_refcount_acquire() before, if you need one.',
      'What bpf_percpu_obj_new() made is dropped by bpf_percpu_obj_drop().',
    ],
    text: 'The verifier distinguishes owning references, which must be dropped or given away, from non-owning ones, which may be read under the lock only.',
    bad: 'bpf_spin_lock(&lock);\nbpf_list_push_back(&head, &n->node);\nbpf_spin_unlock(&lock);\nbpf_obj_drop(n);                      /* the list owns it */',
    good: 'bpf_spin_lock(&lock);\nbpf_list_push_back(&head, &n->node);\nbpf_spin_unlock(&lock);',
  },
  {
    code: 'KF081',
    title: 'this type cannot be allocated',
    rules: ['obj-new-type', 'obj-new-btf', 'percpu-size', 'percpu-type', 'percpu-fields'],
    section: 'kfuncs.rst "Core kfuncs"',
    rule: 'bpf_obj_new() makes structs of the program’s own BTF; bpf_percpu_obj_new() only small ones of plain scalars.',
    label: ['{kfunc} cannot make an object of the type it is given', 'no object of this type can be made'],
    help: [
      'Pass a struct of this program: bpf_obj_new(typeof(*ptr)).',
      'Per-CPU objects: at most 512 bytes, no special fields, no pointers.',
    ],
    text: 'The type is given as an id in the program’s BTF, which the macro takes from bpf_core_type_id_local().',
  },
  {
    code: 'KF082',
    title: 'the node does not fit the list or tree',
    rules: ['node-offset', 'node-none', 'node-struct', 'node-place'],
    section: graph,
    rule: 'A head or root holds nodes of one struct at one member, declared with __contains(struct, member).',
    label: [
      'the {arg} argument must be the node that __contains() names; {reg} is {value}',
      'this is not the node that __contains() names',
    ],
    help: [
      'Pass &object->member with the struct and member that __contains() of this head or root names.',
      'For another struct, declare another head or root.',
    ],
    text: 'That is how the kernel gets from a node back to its object, and how it knows which destructor to run.',
  },
  {
    code: 'KF083',
    title: 'this is no list head or tree root',
    rules: ['root-arg', 'root-offset', 'root-none'],
    section: graph,
    rule: 'A head or root is a field of a map value or allocated object, passed at its constant offset.',
    label: ['the {arg} argument of {kfunc} must be a head or root; {reg} is {value}', 'this is no head or root'],
    help: ['Pass &value->head, or the address of a global in a section of its own, together with its lock.'],
    text: 'Heads and roots on the stack, or reached with a variable index, cannot be tied to a lock.',
  },
  {
    code: 'KF084',
    title: 'only a node that is in the tree can be removed',
    rules: ['remove-owned'],
    section: graph,
    rule: 'bpf_rbtree_remove() takes a non-owning reference: one obtained from the tree under its lock, or left over from adding it.',
    label: ['{reg} is {value}, which is not in the tree'],
    help: [
      'Add it first, or get it with bpf_rbtree_first() under the lock.',
      'Non-owning references end at bpf_spin_unlock(): add and remove under the same lock, or find it again.',
    ],
    text: 'An owning reference is by definition not in any tree.',
  },
  {
    code: 'KF085',
    title: 'the object has no reference count',
    rules: ['refcount-arg', 'refcount-none'],
    section: 'kfuncs.rst "__refcounted_kptr Annotation"',
    rule: 'bpf_refcount_acquire() takes a pointer to an allocated object whose struct has a struct bpf_refcount field.',
    label: ['the {arg} argument of {kfunc} must be a counted object; {reg} is {value}'],
    help: [
      'Add a struct bpf_refcount member to the struct.',
      'Pass an owning or non-owning reference, at offset zero.',
    ],
    text: 'Without a count an object has one owner.',
  },
  {
    code: 'KF090',
    title: 'exceptions',
    rules: ['throw-in-callback', 'exception-cb', 'exception-cb-many', 'exception-cb-call', 'exception-cb-args'],
    section: 'kfuncs.rst "Core kfuncs" (bpf_throw)',
    rule: 'bpf_throw() unwinds the whole program; its callback is one global function of one integer that nobody calls directly.',
    label: ['this breaks a rule of bpf_throw() or of its callback'],
    help: [
      'Do not throw inside a callback that the kernel calls (bpf_loop, bpf_for_each_map_elem, bpf_rbtree_add).',
      'One __exception_cb(NAME) on the program, naming a global function int NAME(u64 cookie).',
    ],
    text: 'The stack is unwound by the kernel without running anything else, so a throw must not cross frames of the kernel.',
  },
  {
    code: 'KF091',
    title: 'this is no work queue',
    rules: ['wq-arg', 'wq-offset', 'wq-btf', 'wq-none', 'wq-map'],
    section: 'kfuncs.rst "__wq"; bpf_wq_init()',
    rule: 'A struct bpf_wq is a field of a map value, passed together with that same map.',
    label: [
      'the {arg} argument of {kfunc} must be the bpf_wq of a map value; {reg} is {value}',
      'this is not the bpf_wq of the map given',
    ],
    help: [
      'struct elem { struct bpf_wq w; } as the map’s value type; bpf_wq_init(&elem->w, &map, 0) with the map the element came from.',
    ],
    text: 'The work may run after the program ended, so it must lie where the kernel can keep it alive: in a map.',
  },
  {
    code: 'KF092',
    title: 'this is no timer',
    rules: ['timer-offset', 'timer-btf', 'timer-none', 'timer-map'],
    section: 'Documentation/bpf/helpers (bpf_timer_init)',
    rule: 'A struct bpf_timer is a field of a map value, passed together with that same map.',
    label: ['{reg} does not reach the timer of its map; it is {value}', 'this is not the timer of the map given'],
    help: [
      'struct elem { struct bpf_timer t; } as the map’s value type; bpf_timer_init(&elem->t, &map, CLOCK_MONOTONIC) with the map the element came from.',
    ],
    text: 'Like work queues, timers outlive the program and live in maps.',
  },
  {
    code: 'KF093',
    title: 'the cast names no struct',
    rules: ['cast-type'],
    section: 'kfuncs.rst "Core kfuncs" (bpf_rdonly_cast)',
    rule: 'bpf_rdonly_cast() takes the id of a kernel struct.',
    label: ['{kfunc} is given the id of something that is no struct of this kernel', 'this is no struct of the kernel'],
    help: [
      'Use bpf_core_cast(ptr, struct name), which asks for the id itself.',
      'The struct must exist in this kernel’s BTF.',
    ],
    text: 'The result is an untrusted pointer that may only be read through.',
  },
  {
    code: 'KF094',
    title: 'a callback returns what it must not',
    rules: ['callback-return'],
    section: 'Documentation/bpf/verifier.rst',
    rule: 'Callbacks return a number in the range their caller gives a meaning to.',
    label: ['R0 is {value}'],
    help: ['Return 0 to go on, 1 to stop, and nothing else.'],
    text: 'bpf_loop() and bpf_for_each_map_elem() take 0 and 1.',
  },
]
