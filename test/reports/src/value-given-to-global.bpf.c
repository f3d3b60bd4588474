// StackOverflow: what was looked up is handed on unchecked, to a function that wants it checked
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

__noinline int add(struct value_of *v __arg_nonnull, int n)
{
	v->n += n;
	return 0;
}

SEC("tc")
int count(struct __sk_buff *skb)
{
	__u32 key = skb->ifindex;

	return add(bpf_map_lookup_elem(&values, &key), 1);
}
char _license[] SEC("license") = "GPL";
