// bpf list, task iterators: an iterator gives back how many it saw
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
int seen;

SEC("iter/task")
int count(struct bpf_iter__task *ctx)
{
	if (ctx->task)
		seen++;
	return seen;
}
char _license[] SEC("license") = "GPL";
