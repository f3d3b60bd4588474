// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// bpf_throw ends the program from any depth.
#include "example.h"

static __noinline int checked(u64 n)
{
	if (n > 100)
		bpf_throw(0);
	return n;
}

// ACCEPT: thrown from a subprogram with nothing held
SEC("tc")
int throw_clean(struct __sk_buff *skb)
{
	return checked(skb->len);
}

// REJECT (fixed by throw_clean): with a reference held
// kernel 6.12: Unreleased reference id=2 alloc_insn=2
SEC("tc")
int throw_with_reference(struct __sk_buff *skb)
{
	struct task_struct *task = bpf_task_from_pid(1);

	if (!task)
		return 0;
	if (skb->len > 100)
		// rejected: the task would be leaked
		bpf_throw(0);
	bpf_task_release(task);
	return 0;
}

// REJECT (fixed by throw_clean): inside an RCU section
// kernel 6.12: bpf_throw cannot be used inside bpf_rcu_read_lock-ed region
SEC("tc")
int throw_in_rcu(struct __sk_buff *skb)
{
	bpf_rcu_read_lock();
	if (skb->len > 100)
		// rejected: the section would stay open
		bpf_throw(0);
	bpf_rcu_read_unlock();
	return 0;
}

// REJECT (fixed by throw_clean): an iterator is alive in the frame above
// kernel 6.12: Unreleased reference id=1 alloc_insn=6
SEC("tc")
int throw_in_loop(struct __sk_buff *skb)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 10);
	while (bpf_iter_num_next(&it))
		checked(skb->len);
	bpf_iter_num_destroy(&it);
	return 0;
}
