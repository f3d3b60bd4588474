// bpf list, rbtree examples: what was removed from the tree is dropped without asking whether it was there
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#define private(name) SEC(".data." #name) __hidden __attribute__((aligned(8)))
#define __contains(name, node) __attribute__((btf_decl_tag("contains:" #name ":" #node)))
extern void *bpf_obj_new_impl(__u64 local_type_id, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *p, void *meta) __ksym;
#define bpf_obj_new(type) ((type *)bpf_obj_new_impl(bpf_core_type_id_local(type), NULL))
#define bpf_obj_drop(p) bpf_obj_drop_impl(p, NULL)
extern int bpf_rbtree_add_impl(struct bpf_rb_root *root, struct bpf_rb_node *node, bool (less)(struct bpf_rb_node *a, const struct bpf_rb_node *b), void *meta, __u64 off) __ksym;
extern struct bpf_rb_node *bpf_rbtree_remove(struct bpf_rb_root *root, struct bpf_rb_node *node) __ksym;
extern struct bpf_rb_node *bpf_rbtree_first(struct bpf_rb_root *root) __ksym;

struct job {
	struct bpf_rb_node node;
	__u64 deadline;
};
private(A) struct bpf_spin_lock lock;
private(A) struct bpf_rb_root jobs __contains(job, node);
__u64 late;

static bool sooner(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return container_of(a, struct job, node)->deadline < container_of(b, struct job, node)->deadline;
}

static int submit(__u64 deadline)
{
	struct job *j = bpf_obj_new(struct job);

	if (!j)
		return -1;
	j->deadline = deadline;
	bpf_spin_lock(&lock);
	bpf_rbtree_add_impl(&jobs, &j->node, sooner, NULL, 0);
	bpf_spin_unlock(&lock);
	return 0;
}

SEC("tc")
int expire(struct __sk_buff *skb)
{
	struct bpf_rb_node *first;
	struct job *j;

	bpf_spin_lock(&lock);
	first = bpf_rbtree_first(&jobs);
	if (!first) {
		bpf_spin_unlock(&lock);
		return 0;
	}
	first = bpf_rbtree_remove(&jobs, first);
	bpf_spin_unlock(&lock);
	j = container_of(first, struct job, node);
	if (j->deadline < bpf_ktime_get_ns())
		late++;
	bpf_obj_drop(j);
	submit(bpf_ktime_get_ns() + skb->len);
	return 0;
}
char _license[] SEC("license") = "GPL";
