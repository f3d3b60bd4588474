// bpf list, linked list examples: an object with two nodes is pushed by the other one
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
extern int bpf_list_push_back_impl(struct bpf_list_head *head, struct bpf_list_node *node, void *meta, __u64 off) __ksym;

struct item {
	__u64 born;
	struct bpf_list_node by_age;
	struct bpf_list_node pending;
};
private(A) struct bpf_spin_lock lock;
private(A) struct bpf_list_head queue __contains(item, pending);
private(B) struct bpf_spin_lock age_lock;
private(B) struct bpf_list_head oldest __contains(item, by_age);

static int submit(__u64 now)
{
	struct item *it = bpf_obj_new(struct item);

	if (!it)
		return -1;
	it->born = now;
	bpf_spin_lock(&lock);
	bpf_list_push_back_impl(&queue, &it->by_age, NULL, 0);
	bpf_spin_unlock(&lock);
	return 0;
}

SEC("tc")
int enqueue(struct __sk_buff *skb)
{
	submit(bpf_ktime_get_ns());
	return 0;
}
char _license[] SEC("license") = "GPL";
