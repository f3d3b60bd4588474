// StackOverflow: SEC("iter/tasks")
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
SEC("iter/tasks")
int dump(struct bpf_iter__task *ctx)
{
	return 0;
}
char _license[] SEC("license") = "GPL";
