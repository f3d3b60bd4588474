// StackOverflow, "same insn cannot be used with different pointers": the value comes from the context or from a map
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} forced SEC(".maps");
__u64 total;

SEC("tc")
int add(struct __sk_buff *skb)
{
	__u32 zero = 0;
	__u32 *forced_len = bpf_map_lookup_elem(&forced, &zero);

	__u32 len;

	if (forced_len) {
		len = *forced_len;
		barrier_var(len);
	} else {
		len = skb->len;
		barrier_var(len);
	}
	total += len;
	return 0;
}
char _license[] SEC("license") = "GPL";
