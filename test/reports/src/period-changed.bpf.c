// perf users: the period is to be adapted from within
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
SEC("perf_event")
int sample(struct bpf_perf_event_data *ctx)
{
	ctx->sample_period = ctx->sample_period * 2;
	return 0;
}
char _license[] SEC("license") = "GPL";
