// bpf list, rbtree examples: a node is dropped after the tree has taken it
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#define private(name) SEC(".data." #name) __hidden __attribute__((aligned(8)))
#define __contains(name, node) __attribute__((btf_decl_tag("contains:" #name ":" #node)))
extern void *bpf_obj_new_impl(__u64 local_type_id, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *p, void *meta) __ksym;
extern int bpf_rbtree_add_impl(struct bpf_rb_root *root, struct bpf_rb_node *node, bool (less)(struct bpf_rb_node *a, const struct bpf_rb_node *b), void *meta, __u64 off) __ksym;

struct flow {
	struct bpf_rb_node node;
	__u64 bytes;
};
private(A) struct bpf_spin_lock lock;
private(A) struct bpf_rb_root flows __contains(flow, node);

static bool fewer(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return container_of(a, struct flow, node)->bytes < container_of(b, struct flow, node)->bytes;
}

SEC("tc")
int remember(struct __sk_buff *skb)
{
	struct flow *f = bpf_obj_new_impl(bpf_core_type_id_local(struct flow), NULL);

	if (!f)
		return 0;
	f->bytes = skb->len;
	bpf_spin_lock(&lock);
	bpf_rbtree_add_impl(&flows, &f->node, fewer, NULL, 0);
	bpf_spin_unlock(&lock);
	bpf_obj_drop_impl(f, NULL);
	return 0;
}
char _license[] SEC("license") = "GPL";
