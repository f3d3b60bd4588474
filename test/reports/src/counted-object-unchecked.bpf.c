// bpf list, bpf_refcount: the second reference is used as it comes
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern struct bpf_rb_node *bpf_rbtree_first(struct bpf_rb_root *root) __ksym;
extern void *bpf_refcount_acquire_impl(void *kptr, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *kptr, void *meta) __ksym;
extern void *bpf_obj_new_impl(__u64 id, void *meta) __ksym;
extern int bpf_rbtree_add_impl(struct bpf_rb_root *root, struct bpf_rb_node *node, bool (less)(struct bpf_rb_node *a, const struct bpf_rb_node *b), void *meta, __u64 off) __ksym;
struct item {
	__u64 value;
	struct bpf_refcount ref;
	struct bpf_rb_node node;
};
#define private(name) SEC(".data." #name) __hidden __attribute__((aligned(8)))
private(a) struct bpf_spin_lock lock;
private(a) struct bpf_rb_root items __attribute__((btf_decl_tag("contains:item:node")));
__u64 least;

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return container_of(a, struct item, node)->value < container_of(b, struct item, node)->value;
}

SEC("tc")
int put(struct __sk_buff *skb)
{
	struct item *it = bpf_obj_new_impl(bpf_core_type_id_local(struct item), 0);

	if (!it)
		return 0;
	bpf_spin_lock(&lock);
	bpf_rbtree_add_impl(&items, &it->node, less, 0, 0);
	bpf_spin_unlock(&lock);
	return 0;
}

SEC("tc")
int look(struct __sk_buff *skb)
{
	struct bpf_rb_node *n;
	struct item *it;

	bpf_spin_lock(&lock);
	n = bpf_rbtree_first(&items);
	if (!n) {
		bpf_spin_unlock(&lock);
		return 0;
	}
	it = bpf_refcount_acquire_impl(container_of(n, struct item, node), 0);
	bpf_spin_unlock(&lock);
	least = it->value;
	bpf_obj_drop_impl(it, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
