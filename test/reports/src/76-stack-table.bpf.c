// parttimenerd/ebpf-verifier-errors#6: a table on the stack indexed by what a map says
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, int);
} state SEC(".maps");

SEC("kprobe/tcp_v4_connect")
int step(struct pt_regs *ctx)
{
	volatile int next[4] = { 1, 2, 3, 0 };
	__u32 key = 0;
	int *cur = bpf_map_lookup_elem(&state, &key);

	if (!cur)
		return 0;
	*cur = next[*cur];
	return 0;
}
char _license[] SEC("license") = "GPL";
