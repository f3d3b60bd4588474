// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.7 KF_RCU flag
// A node of a tree, read from a map: borrowed for as long as the RCU section lasts.
#include "example.h"

struct leaf { struct bpf_rb_node tree; struct bpf_refcount refs; u64 key; };
struct entry { struct leaf __kptr *node; };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct entry);
} entries SEC(".maps");
private(A) struct bpf_spin_lock lock;
private(A) struct bpf_rb_root root __contains(leaf, tree);

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return container(a, struct leaf, tree)->key < container(b, struct leaf, tree)->key;
}

// ACCEPT: one reference goes into the tree, the other into the map
SEC("syscall")
int keep(void *ctx)
{
	struct leaf *node, *kept;
	struct entry *e;
	u32 key = 0;

	e = bpf_map_lookup_elem(&entries, &key);
	node = new_object(struct leaf);
	if (!e || !node)
		goto drop;
	kept = another(node);
	kept = bpf_kptr_xchg(&e->node, kept);
	if (kept)
		drop_object(kept);
	bpf_spin_lock(&lock);
	rbtree_add(&root, &node->tree, less);
	bpf_spin_unlock(&lock);
	return 0;
drop:
	if (node)
		drop_object(node);
	return 0;
}

// ACCEPT: taken out of the tree while the section lasts
SEC("syscall")
int remove_in_section(void *ctx)
{
	struct bpf_rb_node *removed = NULL;
	struct leaf *node;
	struct entry *e;
	u32 key = 0;

	e = bpf_map_lookup_elem(&entries, &key);
	if (!e)
		return 0;
	bpf_rcu_read_lock();
	node = e->node;
	if (node) {
		bpf_spin_lock(&lock);
		removed = bpf_rbtree_remove(&root, &node->tree);
		bpf_spin_unlock(&lock);
	}
	bpf_rcu_read_unlock();
	if (removed)
		drop_object(container(removed, struct leaf, tree));
	return 0;
}

// REJECT (fixed by remove_in_section): after the section the node may be anything
// kernel 6.12: rbtree_remove node input must be non-owning ref
SEC("syscall")
int remove_after_section(void *ctx)
{
	struct bpf_rb_node *removed;
	struct leaf *node;
	struct entry *e;
	u32 key = 0;

	e = bpf_map_lookup_elem(&entries, &key);
	if (!e)
		return 0;
	bpf_rcu_read_lock();
	node = e->node;
	bpf_rcu_read_unlock();
	if (!node)
		return 0;
	bpf_spin_lock(&lock);
	// rejected: the section ended before
	removed = bpf_rbtree_remove(&root, &node->tree);
	bpf_spin_unlock(&lock);
	if (removed)
		drop_object(container(removed, struct leaf, tree));
	return 0;
}
