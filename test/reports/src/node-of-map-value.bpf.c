// StackOverflow: nodes of a list are the values of a hash map
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern int bpf_list_push_front_impl(struct bpf_list_head *head, struct bpf_list_node *node, void *meta, __u64 off) __ksym;
struct flow {
	__u32 addr;
	struct bpf_list_node node;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct flow);
} flows SEC(".maps");
#define private(name) SEC(".data." #name) __hidden __attribute__((aligned(8)))
private(a) struct bpf_spin_lock lock;
private(a) struct bpf_list_head recent __attribute__((btf_decl_tag("contains:flow:node")));

SEC("tc")
int note(struct __sk_buff *skb)
{
	__u32 hash = skb->hash;
	struct flow *f = bpf_map_lookup_elem(&flows, &hash);

	if (!f)
		return 0;
	bpf_spin_lock(&lock);
	bpf_list_push_front_impl(&recent, &f->node, (void *)0, 0);
	bpf_spin_unlock(&lock);
	return 0;
}
char _license[] SEC("license") = "GPL";
