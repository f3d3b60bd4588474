// tetragon#…, bpftrace#…: a record at an offset that is only checked against the end of the buffer
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct item {
	__u32 kind, size;
};
struct buffer {
	char bytes[4096];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct buffer);
} buffers SEC(".maps");
__u64 total;

SEC("raw_tp/sys_enter")
int sum(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 key = 0, off = ctx->args[1];
	struct buffer *b = bpf_map_lookup_elem(&buffers, &key);
	struct item *it;

	if (!b || off >= sizeof(b->bytes))
		return 0;
	it = (struct item *)&b->bytes[off];
	total += it->size;
	return 0;
}
char _license[] SEC("license") = "GPL";
