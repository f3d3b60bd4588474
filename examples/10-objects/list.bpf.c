// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// Linked lists: nodes the program allocated, under the lock beside the head.
#include "example.h"

struct item { u64 a; struct bpf_list_node node; };
private(A) struct bpf_spin_lock lock;
private(A) struct bpf_list_head head __contains(item, node);
private(B) struct bpf_spin_lock other_lock;

// ACCEPT: push under the lock; the list owns the node from then on
SEC("tc")
int list_push(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	bpf_spin_lock(&lock);
	push_front(&head, &p->node);
	bpf_spin_unlock(&lock);
	return 0;
}

// REJECT (fixed by list_push): without the lock
// kernel 6.12: bpf_spin_lock at off=0 must be held for bpf_list_head
SEC("tc")
int list_push_unlocked(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	// rejected: the head's lock is not held
	push_front(&head, &p->node);
	return 0;
}

// REJECT (fixed by list_push): with another lock
// kernel 6.12: bpf_spin_lock at off=0 must be held for bpf_list_head
SEC("tc")
int list_push_other_lock(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	bpf_spin_lock(&other_lock);
	// rejected: this lock is not the head's
	push_front(&head, &p->node);
	bpf_spin_unlock(&other_lock);
	return 0;
}

// REJECT (fixed by list_push): pushed twice
// kernel 6.12: arg#1 expected pointer to allocated object
SEC("tc")
int list_push_twice(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	bpf_spin_lock(&lock);
	push_front(&head, &p->node);
	// rejected: the list has it already
	push_front(&head, &p->node);
	bpf_spin_unlock(&lock);
	return 0;
}

// REJECT (fixed by list_push): the node, not the object's start
// kernel 6.12: bpf_list_node not found at offset=0
SEC("tc")
int list_push_wrong_offset(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	bpf_spin_lock(&lock);
	// rejected: no list node at offset 0
	push_front(&head, (void *)p);
	bpf_spin_unlock(&lock);
	return 0;
}

// ACCEPT: after the push the node may be read until the lock is given back
SEC("tc")
int list_push_then_read(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);
	u64 a;

	if (!p)
		return 0;
	bpf_spin_lock(&lock);
	push_front(&head, &p->node);
	a = p->a;
	bpf_spin_unlock(&lock);
	return a != 0;
}

// REJECT (fixed by list_push_then_read): the non-owning reference ends with the unlock
// kernel 6.12: R6 invalid mem access 'scalar'
SEC("tc")
int list_read_after_unlock(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	bpf_spin_lock(&lock);
	push_front(&head, &p->node);
	bpf_spin_unlock(&lock);
	// rejected: another CPU may have popped it
	return p->a != 0;
}

// REJECT (fixed by list_push): the list owns it, so it is not ours to drop
// kernel 6.12: R1 must be referenced or trusted
SEC("tc")
int list_push_then_drop(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	bpf_spin_lock(&lock);
	push_front(&head, &p->node);
	bpf_spin_unlock(&lock);
	// rejected: the list owns it
	drop_object(p);
	return 0;
}

// ACCEPT: pop gives the ownership back
SEC("tc")
int list_pop(struct __sk_buff *skb)
{
	struct bpf_list_node *n;

	bpf_spin_lock(&lock);
	n = bpf_list_pop_front(&head);
	bpf_spin_unlock(&lock);
	if (n)
		drop_object(container(n, struct item, node));
	return 0;
}

// REJECT (fixed by list_pop): popped and lost
// kernel 6.12: Unreleased reference id=2 alloc_insn=5
SEC("tc")
int list_pop_leak(struct __sk_buff *skb)
{
	struct bpf_list_node *n;

	bpf_spin_lock(&lock);
	n = bpf_list_pop_front(&head);
	bpf_spin_unlock(&lock);
	// rejected: n is owned and never dropped
	return n != NULL;
}

// REJECT (fixed by list_pop): an empty list pops NULL
// kernel 6.12: R6 pointer arithmetic on ptr_or_null_ prohibited, null-check it first
SEC("tc")
int list_pop_unchecked(struct __sk_buff *skb)
{
	struct bpf_list_node *n;

	bpf_spin_lock(&lock);
	n = bpf_list_pop_front(&head);
	bpf_spin_unlock(&lock);
	// rejected: n may be NULL
	drop_object(container(n, struct item, node));
	return 0;
}
