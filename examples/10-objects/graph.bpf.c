// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// Heads and roots, and which nodes may be taken out.
#include "example.h"

struct item { u64 a; struct bpf_list_node list; };
struct node { u64 a; struct bpf_rb_node tree; };
private(A) struct bpf_spin_lock lock;
private(A) struct bpf_list_head head __contains(item, list);
private(B) struct bpf_spin_lock tree_lock;
private(B) struct bpf_rb_root root __contains(node, tree);

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return container(a, struct node, tree)->a < container(b, struct node, tree)->a;
}

// ACCEPT: a head that lies beside its lock
SEC("tc")
int head_global(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	bpf_spin_lock(&lock);
	push_back(&head, &p->list);
	bpf_spin_unlock(&lock);
	return 0;
}

// REJECT (fixed by head_global): a head on the stack has no lock
// kernel 6.12: arg#0 expected pointer to map value or allocated object
SEC("tc")
int head_on_stack(struct __sk_buff *skb)
{
	struct bpf_list_head own = {};
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	bpf_spin_lock(&lock);
	// rejected: lives no longer than the program
	push_back(&own, &p->list);
	bpf_spin_unlock(&lock);
	return 0;
}

// ACCEPT: what is in the tree can be taken out
SEC("tc")
int remove_first(struct __sk_buff *skb)
{
	struct bpf_rb_node *found;

	bpf_spin_lock(&tree_lock);
	found = bpf_rbtree_first(&root);
	if (found)
		found = bpf_rbtree_remove(&root, found);
	bpf_spin_unlock(&tree_lock);
	if (found)
		drop_object(container(found, struct node, tree));
	return 0;
}

// REJECT (fixed by remove_first): a node of one's own is in no tree
// kernel 6.12: rbtree_remove node input must be non-owning ref
SEC("tc")
int remove_own(struct __sk_buff *skb)
{
	struct node *p = new_object(struct node);
	struct bpf_rb_node *found;

	if (!p)
		return 0;
	bpf_spin_lock(&tree_lock);
	// rejected: never added
	found = bpf_rbtree_remove(&root, &p->tree);
	bpf_spin_unlock(&tree_lock);
	if (found)
		drop_object(container(found, struct node, tree));
	return 0;
}

// ACCEPT: added, and the tree owns it
SEC("tc")
int add_own(struct __sk_buff *skb)
{
	struct node *p = new_object(struct node);

	if (!p)
		return 0;
	bpf_spin_lock(&tree_lock);
	rbtree_add(&root, &p->tree, less);
	bpf_spin_unlock(&tree_lock);
	return 0;
}
