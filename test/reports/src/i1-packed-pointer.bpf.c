// bpftrace#3479: a pointer to a kernel object is stored in a packed record
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct seen {
	__u8 kind;
	struct sk_buff *skb;
} __attribute__((packed));
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct seen);
} last SEC(".maps");

SEC("tp_btf/consume_skb")
int BPF_PROG(consumed, struct sk_buff *skb)
{
	__u32 key = 0;
	struct seen *s = bpf_map_lookup_elem(&last, &key);

	if (!s)
		return 0;
	s->kind = 1;
	s->skb = skb;
	return 0;
}
char _license[] SEC("license") = "GPL";
