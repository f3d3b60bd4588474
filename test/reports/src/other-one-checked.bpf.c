// StackOverflow: two look-ups, one check
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct value_of {
	__u64 first;
	__u64 n;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct value_of);
} values SEC(".maps");

SEC("tc")
int move(struct __sk_buff *skb)
{
	__u32 from = skb->ifindex, to = skb->mark;
	struct value_of *a = bpf_map_lookup_elem(&values, &from);
	struct value_of *b = bpf_map_lookup_elem(&values, &to);

	if (!a)
		return 0;
	a->n--;
	b->n++;
	return 0;
}
char _license[] SEC("license") = "GPL";
