// StackOverflow, "R2 type=ctx expected=fp": the key of a look-up is a field of the context
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} by_device SEC(".maps");

SEC("tc")
int count(struct __sk_buff *skb)
{
	__u64 *seen, one = 1;

	seen = bpf_map_lookup_elem(&by_device, &skb->ifindex);
	if (seen)
		__sync_fetch_and_add(seen, 1);
	else
		bpf_map_update_elem(&by_device, &skb->ifindex, &one, BPF_NOEXIST);
	return 0;
}
char _license[] SEC("license") = "GPL";
