// bcc, bpf_get_stack: the user part behind the kernel one
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct trace {
	__u64 frames[64];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct trace);
} traces SEC(".maps");

SEC("perf_event")
int sample(struct bpf_perf_event_data *ctx)
{
	__u32 zero = 0;
	struct trace *t = bpf_map_lookup_elem(&traces, &zero);
	int n;

	if (!t)
		return 0;
	n = bpf_get_stack(ctx, t->frames, sizeof(t->frames), 0);
	bpf_get_stack(ctx, (void *)t->frames + n, sizeof(t->frames) - n, BPF_F_USER_STACK);
	return 0;
}
char _license[] SEC("license") = "GPL";
