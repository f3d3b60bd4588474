// StackOverflow, "pointer arithmetic on map_value_or_null prohibited": the address of a member is checked
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

SEC("tc")
int count(struct __sk_buff *skb)
{
	__u32 key = skb->ifindex;
	struct value_of *v = bpf_map_lookup_elem(&values, &key);
	__u64 *n;

	if (!v)
		return 0;
	n = &v->n;
	*n += 1;
	return 0;
}
char _license[] SEC("license") = "GPL";
