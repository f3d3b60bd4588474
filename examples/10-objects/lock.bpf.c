// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// Spin locks: what may be called while one is held.
#include "example.h"

struct item { u64 a; struct bpf_list_node node; };
private(A) struct bpf_spin_lock lock;
private(A) struct bpf_list_head head __contains(item, node);
u64 seen;

// ACCEPT: allocate before, lock after
SEC("tc")
int lock_short(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	bpf_spin_lock(&lock);
	push_back(&head, &p->node);
	bpf_spin_unlock(&lock);
	return 0;
}

// REJECT (fixed by lock_short): no other kfunc under the lock
// kernel 6.12: function calls are not allowed while holding a lock
SEC("tc")
int lock_allocates(struct __sk_buff *skb)
{
	struct item *p;

	bpf_spin_lock(&lock);
	// rejected: allocation under the lock
	p = new_object(struct item);
	if (p)
		push_back(&head, &p->node);
	bpf_spin_unlock(&lock);
	return 0;
}

// REJECT (fixed by lock_short): no exit with the lock held
// kernel 6.12: bpf_spin_unlock is missing
SEC("tc")
int lock_kept(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	bpf_spin_lock(&lock);
	push_back(&head, &p->node);
	// rejected: the lock is still held
	return 0;
}

// REJECT (fixed by lock_short): one lock at a time
// kernel 6.12: function calls are not allowed while holding a lock
SEC("tc")
int lock_twice(struct __sk_buff *skb)
{
	bpf_spin_lock(&lock);
	// rejected: held already
	bpf_spin_lock(&lock);
	bpf_spin_unlock(&lock);
	return 0;
}
