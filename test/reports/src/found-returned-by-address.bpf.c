// StackOverflow, "cannot return stack pointer to the caller"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct flow_key {
	__u32 addr;
	__u32 port;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct flow_key);
	__type(value, __u64);
} hits SEC(".maps");

static __noinline struct flow_key *key_of(struct __sk_buff *skb)
{
	struct flow_key key = { .addr = skb->remote_ip4, .port = skb->remote_port };

	asm volatile("" :: "r"(&key) : "memory");
	return &key;
}

SEC("cgroup_skb/ingress")
int count(struct __sk_buff *skb)
{
	__u64 *n = bpf_map_lookup_elem(&hits, key_of(skb));

	if (n)
		(*n)++;
	return 1;
}
char _license[] SEC("license") = "GPL";
