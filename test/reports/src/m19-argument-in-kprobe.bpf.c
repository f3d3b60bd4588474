// retsnoop#…: an argument by its number, in a kprobe
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
__u64 size;

SEC("kprobe/vfs_read")
int reads(struct pt_regs *ctx)
{
	__u64 value;

	if (!bpf_get_func_arg(ctx, 2, &value))
		size += value;
	return 0;
}
char _license[] SEC("license") = "GPL";
