// tetragon#…, bpf_loop users: the callback hands its own argument to a helper as the context
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");

struct handed {
	struct pt_regs *ctx;
};

static long send_one(__u32 i, struct handed *h)
{
	__u64 now = bpf_ktime_get_ns();

	bpf_perf_event_output(h->ctx, &events, BPF_F_CURRENT_CPU, &now, sizeof(now));
	return 0;
}

SEC("kprobe/do_exit")
int exits(struct pt_regs *ctx)
{
	struct handed h = { .ctx = ctx };

	bpf_loop(4, send_one, &h, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
