// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// Red-black trees: as lists, with an order given by a callback.
#include "example.h"

struct item { u64 key; struct bpf_rb_node node; };
private(A) struct bpf_spin_lock lock;
private(A) struct bpf_rb_root root __contains(item, node);
u64 seen;

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return container(a, struct item, node)->key < container(b, struct item, node)->key;
}

// ACCEPT: add under the lock
SEC("tc")
int rbtree_add_locked(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	p->key = skb->len;
	bpf_spin_lock(&lock);
	rbtree_add(&root, &p->node, less);
	bpf_spin_unlock(&lock);
	return 0;
}

// REJECT (fixed by rbtree_add_locked): without the lock
// kernel 6.12: bpf_spin_lock at off=0 must be held for bpf_rb_root
SEC("tc")
int rbtree_add_unlocked(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	// rejected: the root's lock is not held
	rbtree_add(&root, &p->node, less);
	return 0;
}

static bool less_writes(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	struct bpf_rb_node *first = bpf_rbtree_first(&root);

	if (first)
		// rejected: the tree is being changed
		bpf_rbtree_remove(&root, first);
	return false;
}

// REJECT (fixed by rbtree_add_locked): the callback compares, no more
// kernel 6.12: rbtree_remove not allowed in rbtree cb
SEC("tc")
int rbtree_callback_removes(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	bpf_spin_lock(&lock);
	rbtree_add(&root, &p->node, less_writes);
	bpf_spin_unlock(&lock);
	return 0;
}

static bool less_unlocks(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	// rejected: the lock is the caller's
	bpf_spin_unlock(&lock);
	return false;
}

// REJECT (fixed by rbtree_add_locked): the callback may not give the lock away
// kernel 6.12: can't spin_{lock,unlock} in rbtree cb
SEC("tc")
int rbtree_callback_unlocks(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	bpf_spin_lock(&lock);
	rbtree_add(&root, &p->node, less_unlocks);
	bpf_spin_unlock(&lock);
	return 0;
}

// ACCEPT: the first, removed and dropped
SEC("tc")
int rbtree_remove_first(struct __sk_buff *skb)
{
	struct bpf_rb_node *n;

	bpf_spin_lock(&lock);
	n = bpf_rbtree_first(&root);
	if (!n) {
		bpf_spin_unlock(&lock);
		return 0;
	}
	n = bpf_rbtree_remove(&root, n);
	bpf_spin_unlock(&lock);
	if (n)
		drop_object(container(n, struct item, node));
	return 0;
}

// REJECT (fixed by rbtree_remove_first): an empty tree has no first
// kernel 6.12: dereference of modified ptr_or_null_ ptr R2 off=8 disallowed
SEC("tc")
int rbtree_first_unchecked(struct __sk_buff *skb)
{
	struct bpf_rb_node *n;

	bpf_spin_lock(&lock);
	n = bpf_rbtree_first(&root);
	// rejected: n may be NULL
	n = bpf_rbtree_remove(&root, n);
	bpf_spin_unlock(&lock);
	if (n)
		drop_object(container(n, struct item, node));
	return 0;
}

// REJECT (fixed by rbtree_remove_first): first does not give ownership
// kernel 6.12: R1 must be referenced or trusted
SEC("tc")
int rbtree_drop_first(struct __sk_buff *skb)
{
	struct bpf_rb_node *n;

	bpf_spin_lock(&lock);
	n = bpf_rbtree_first(&root);
	bpf_spin_unlock(&lock);
	if (n)
		// rejected: still in the tree
		drop_object(container(n, struct item, node));
	return 0;
}

// REJECT (fixed by rbtree_remove_first): not after the unlock
// kernel 6.12: rbtree_remove node input must be non-owning ref
SEC("tc")
int rbtree_remove_after_unlock(struct __sk_buff *skb)
{
	struct bpf_rb_node *n;

	bpf_spin_lock(&lock);
	n = bpf_rbtree_first(&root);
	bpf_spin_unlock(&lock);
	if (!n)
		return 0;
	bpf_spin_lock(&lock);
	// rejected: n was found under the earlier lock
	n = bpf_rbtree_remove(&root, n);
	bpf_spin_unlock(&lock);
	if (n)
		drop_object(container(n, struct item, node));
	return 0;
}

// REJECT (fixed by rbtree_remove_first): what was removed is owned
// kernel 6.12: Unreleased reference id=3 alloc_insn=14
SEC("tc")
int rbtree_remove_leak(struct __sk_buff *skb)
{
	struct bpf_rb_node *n;

	bpf_spin_lock(&lock);
	n = bpf_rbtree_first(&root);
	if (!n) {
		bpf_spin_unlock(&lock);
		return 0;
	}
	n = bpf_rbtree_remove(&root, n);
	bpf_spin_unlock(&lock);
	if (n)
		seen++;
	// rejected: n is owned and never dropped
	return 0;
}

// REJECT (fixed by rbtree_add_locked): a node is in one tree once
// kernel 6.12: arg#1 expected pointer to allocated object
SEC("tc")
int rbtree_add_first(struct __sk_buff *skb)
{
	struct bpf_rb_node *n;

	bpf_spin_lock(&lock);
	n = bpf_rbtree_first(&root);
	if (n)
		// rejected: in the tree already
		rbtree_add(&root, n, less);
	bpf_spin_unlock(&lock);
	return 0;
}
