// StackOverflow: the map is chosen by a pointer
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct counters_of {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
};
struct counters_of rx SEC(".maps");
struct counters_of tx SEC(".maps");
void *chosen[2] = { &rx, &tx };

SEC("tc")
int count(struct __sk_buff *skb)
{
	__u32 key = skb->ifindex;
	__u64 *n = bpf_map_lookup_elem(chosen[skb->mark & 1], &key);

	if (n)
		(*n)++;
	return 0;
}
char _license[] SEC("license") = "GPL";
