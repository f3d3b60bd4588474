// sysctl programs: a number is parsed into an int
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

SEC("cgroup/sysctl")
int limit(struct bpf_sysctl *ctx)
{
	char text[16] = {};
	int value = 0;

	if (!ctx->write)
		return 1;
	if (bpf_sysctl_get_new_value(ctx, text, sizeof(text)) < 0)
		return 0;
	if (bpf_strtol(text, sizeof(text), 10, (long *)&value) < 0)
		return 0;
	return value < 1000;
}
char _license[] SEC("license") = "GPL";
