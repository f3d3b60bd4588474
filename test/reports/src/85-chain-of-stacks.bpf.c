// podtrace#303: two functions with buffers of their own
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, char[200]);
	__type(value, int);
} m SEC(".maps");

static __noinline int inner(__u64 seed)
{
	char head[200] = {};

	head[seed & 63] = 1;
	bpf_map_delete_elem(&m, head);
	return head[(seed >> 1) & 63];
}

static __noinline int emit(__u64 seed)
{
	char line[200] = {};
	int r;

	line[seed & 31] = 2;
	bpf_map_delete_elem(&m, line);
	r = inner(seed);
	return r + line[r & 127];
}

SEC("kprobe/do_exit")
int root(struct pt_regs *ctx)
{
	char name[200] = {};
	int r;

	bpf_get_current_comm(name, 16);
	r = emit(bpf_ktime_get_ns());
	return name[r & 127];
}
char _license[] SEC("license") = "GPL";
