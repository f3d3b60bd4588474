// StackOverflow, "invalid access to map value": the index of a table in a value is a byte of the packet
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct rule {
	__u32 action, hits;
};
struct rules {
	__u32 count;
	struct rule by_protocol[64];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rules);
} table SEC(".maps");

static __always_inline struct rule *rule_of(struct rules *r, struct iphdr *ip)
{
	return &r->by_protocol[ip->protocol];
}

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	__u32 zero = 0;
	struct rules *r = bpf_map_lookup_elem(&table, &zero);
	struct rule *found;

	if (!r || (void *)(ip + 1) > data_end)
		return XDP_PASS;
	found = rule_of(r, ip);
	found->hits++;
	return found->action ? XDP_DROP : XDP_PASS;
}
char _license[] SEC("license") = "GPL";
