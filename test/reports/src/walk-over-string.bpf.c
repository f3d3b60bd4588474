// StackOverflow, "math between map_value pointer and register with unbounded": the length of a text in a map
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct entry_text {
	char text[64];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct entry_text);
} texts SEC(".maps");
__u64 length;

SEC("tc")
int measure(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct entry_text *e = bpf_map_lookup_elem(&texts, &zero);
	int n = 0;

	if (!e)
		return 0;
	while (e->text[n])
		n++;
	length = n;
	return 0;
}
char _license[] SEC("license") = "GPL";
