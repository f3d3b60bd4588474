// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// bpf_obj_new, bpf_obj_drop, bpf_refcount_acquire and their per-CPU kin.
#include "example.h"

struct item { u64 a; u64 b; };
struct counter { u64 n; };
struct slot { struct counter __percpu_kptr *counter; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct slot); }
	slots SEC(".maps");

// ACCEPT: written, read, dropped
SEC("tc")
int object_use(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	p->a = skb->len;
	drop_object(p);
	return 0;
}

// REJECT (fixed by object_use): leaked
// kernel 6.12: Unreleased reference id=2 alloc_insn=4
SEC("tc")
int object_leak(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	p->a = skb->len;
	// rejected: p is never dropped
	return 0;
}

// REJECT (fixed by object_use): used after drop
// kernel 6.12: R7 invalid mem access 'scalar'
SEC("tc")
int object_after_drop(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	drop_object(p);
	// rejected: p is gone
	p->a = skb->len;
	return 0;
}

// REJECT (fixed by object_use): memory may be short
// kernel 6.12: R0 invalid mem access 'ptr_or_null_'
SEC("tc")
int object_unchecked(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	// rejected: p may be NULL
	p->a = skb->len;
	drop_object(p);
	return 0;
}

// REJECT (fixed by object_use): beyond the object
// kernel 6.12: access beyond struct item at off 16 size 8
SEC("tc")
int object_overflow(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	// rejected: the object ends at 16
	((volatile u64 *)p)[2] = 1;
	drop_object(p);
	return 0;
}

// ACCEPT: a per-CPU object is kept in a map and reached in an RCU section
SEC("tp_btf/task_newtask")
int BPF_PROG(percpu_use, struct task_struct *task, u64 clone_flags)
{
	struct counter __percpu_kptr *p;
	struct counter *mine;
	int key = 0;
	struct slot *slot = bpf_map_lookup_elem(&slots, &key);

	if (!slot)
		return 0;
	p = new_percpu(struct counter);
	if (!p)
		return 0;
	p = bpf_kptr_xchg(&slot->counter, p);
	if (p)
		drop_percpu(p);
	bpf_rcu_read_lock();
	p = slot->counter;
	if (p) {
		mine = bpf_this_cpu_ptr((void *)p);
		mine->n++;
	}
	bpf_rcu_read_unlock();
	return 0;
}

// REJECT (fixed by percpu_use): one that is still owned is not reached
// kernel 6.12: R1 type=percpu_ptr_ expected=percpu_ptr_, percpu_rcu_ptr_, percpu_trusted_ptr_
SEC("tp_btf/task_newtask")
int BPF_PROG(percpu_owned, struct task_struct *task, u64 clone_flags)
{
	struct counter __percpu_kptr *p = new_percpu(struct counter);
	struct counter *mine;

	if (!p)
		return 0;
	// rejected: not from a map
	mine = bpf_this_cpu_ptr((void *)p);
	mine->n++;
	drop_percpu(p);
	return 0;
}

// REJECT (fixed by percpu_use): each allocator its own drop
// kernel 6.12: arg#0 expected for bpf_percpu_obj_drop_impl()
SEC("tp_btf/task_newtask")
int BPF_PROG(percpu_wrong_drop, struct task_struct *task, u64 clone_flags)
{
	struct counter __percpu_kptr *p = new_percpu(struct counter);

	if (!p)
		return 0;
	// rejected: bpf_obj_drop is for bpf_obj_new
	bpf_obj_drop_impl((void *)p, NULL);
	return 0;
}

// REJECT (fixed by percpu_use): a per-CPU pointer is not followed by itself
// kernel 6.12: R0 is ptr_counter access percpu memory: off=0
SEC("tp_btf/task_newtask")
int BPF_PROG(percpu_direct, struct task_struct *task, u64 clone_flags)
{
	struct counter *p = (void *)new_percpu(struct counter);

	if (!p)
		return 0;
	// rejected: of which CPU?
	p->n = 1;
	drop_percpu(p);
	return 0;
}
