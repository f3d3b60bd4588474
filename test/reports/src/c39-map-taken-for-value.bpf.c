// StackOverflow, "invalid mem access 'map_ptr'": the element of a map of maps is used as a value
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} one SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 64);
	__type(key, __u32);
	__array(values, struct inner);
} by_group SEC(".maps") = { .values = { [1] = &one } };

SEC("tc")
int count(struct __sk_buff *skb)
{
	__u32 group = skb->mark;
	__u64 *packets = bpf_map_lookup_elem(&by_group, &group);

	if (packets)
		*packets += 1;
	return 0;
}
char _license[] SEC("license") = "GPL";
