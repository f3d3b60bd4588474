// StackOverflow: the value is looked up in one function and counted in another
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

static __noinline int add(__u64 *value, __u32 bytes)
{
	*value += bytes;
	return 0;
}

SEC("tc")
int count(struct __sk_buff *skb)
{
	__u32 proto = skb->protocol;
	__u64 *n = bpf_map_lookup_elem(&counts, &proto);

	return add(n, skb->len);
}
char _license[] SEC("license") = "GPL";
