// StackOverflow: the dynptr is a member of the value of a map
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym;
struct work {
	__u64 first;
	struct bpf_dynptr packet;
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct work);
} works SEC(".maps");

SEC("tc")
int keep(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct work *w = bpf_map_lookup_elem(&works, &zero);

	if (!w)
		return 0;
	bpf_dynptr_from_skb(skb, 0, &w->packet);
	bpf_dynptr_read(&w->first, 8, &w->packet, 0, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
