// bpf list: what was popped is dropped as it came
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern struct bpf_list_node *bpf_list_pop_front(struct bpf_list_head *head) __ksym;
extern void bpf_obj_drop_impl(void *kptr, void *meta) __ksym;
extern void *bpf_obj_new_impl(__u64 id, void *meta) __ksym;
extern int bpf_list_push_front_impl(struct bpf_list_head *head, struct bpf_list_node *node, void *meta, __u64 off) __ksym;
struct item {
	__u64 value;
	struct bpf_list_node node;
};
#define private(name) SEC(".data." #name) __hidden __attribute__((aligned(8)))
private(a) struct bpf_spin_lock lock;
private(a) struct bpf_list_head items __attribute__((btf_decl_tag("contains:item:node")));

SEC("tc")
int put(struct __sk_buff *skb)
{
	struct item *it = bpf_obj_new_impl(bpf_core_type_id_local(struct item), 0);

	if (!it)
		return 0;
	bpf_spin_lock(&lock);
	bpf_list_push_front_impl(&items, &it->node, 0, 0);
	bpf_spin_unlock(&lock);
	return 0;
}

SEC("tc")
int take(struct __sk_buff *skb)
{
	struct bpf_list_node *n;

	bpf_spin_lock(&lock);
	n = bpf_list_pop_front(&items);
	bpf_spin_unlock(&lock);
	if (n)
		bpf_obj_drop_impl(n, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
