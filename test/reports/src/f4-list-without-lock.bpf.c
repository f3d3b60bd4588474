// bpf-next: an object is pushed to a list whose lock is not held
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#define private(name) SEC(".data." #name) __attribute__((aligned(8)))
#define __contains(name, node) __attribute__((btf_decl_tag("contains:" #name ":" #node)))

void *bpf_obj_new_impl(__u64 local_type_id, void *meta) __ksym;
void bpf_obj_drop_impl(void *kptr, void *meta) __ksym;
int bpf_list_push_front_impl(struct bpf_list_head *head, struct bpf_list_node *node, void *meta, __u64 off) __ksym;
struct item {
	struct bpf_list_node node;
	__u64 value;
};
private(A) static struct bpf_spin_lock lock;
private(A) static struct bpf_list_head head __contains(item, node);

SEC("tc")
int push(struct __sk_buff *skb)
{
	struct item *it = bpf_obj_new_impl(bpf_core_type_id_local(struct item), NULL);

	if (!it)
		return 0;
	it->value = skb->len;
	bpf_list_push_front_impl(&head, &it->node, NULL, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
