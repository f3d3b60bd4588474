// StackOverflow, "R5 min value is negative": as many bytes as bpf_get_stack() gave are sent
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} out SEC(".maps");
struct trace {
	__u64 frames[64];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct trace);
} traces SEC(".maps");

SEC("kprobe/vfs_unlink")
int on_unlink(struct pt_regs *ctx)
{
	__u32 zero = 0;
	struct trace *t = bpf_map_lookup_elem(&traces, &zero);
	int n;

	if (!t)
		return 0;
	n = bpf_get_stack(ctx, t->frames, sizeof(t->frames), 0);
	bpf_perf_event_output(ctx, &out, BPF_F_CURRENT_CPU, t->frames, n);
	return 0;
}
char _license[] SEC("license") = "GPL";
