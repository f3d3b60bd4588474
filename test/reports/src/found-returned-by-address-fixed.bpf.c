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

static __noinline int key_of(struct __sk_buff *skb, struct flow_key *key)
{
	key->addr = skb->remote_ip4;
	key->port = skb->remote_port;

	return 0;
}

SEC("cgroup_skb/ingress")
int count(struct __sk_buff *skb)
{
	struct flow_key key;
	__u64 *n;

	key_of(skb, &key);
	n = bpf_map_lookup_elem(&hits, &key);

	if (n)
		(*n)++;
	return 1;
}
char _license[] SEC("license") = "GPL";
