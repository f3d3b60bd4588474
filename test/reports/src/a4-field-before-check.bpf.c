// cilium/bcc: the address of a field is taken before the check for NULL
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct el {
	__u64 a, b[4];
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, int);
	__type(value, struct el);
} m SEC(".maps");

SEC("tc")
int sum(struct __sk_buff *skb)
{
	int key = 0;
	struct el *e = bpf_map_lookup_elem(&m, &key);
	__u64 *b = e->b;

	barrier_var(b);
	if (!e)
		return 0;
	return b[1];
}
char _license[] SEC("license") = "GPL";
