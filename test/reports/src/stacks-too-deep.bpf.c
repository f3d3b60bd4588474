// StackOverflow: stacks of 200 frames
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 1024);
	__uint(key_size, 4);
	__uint(value_size, 200 * 8);
} stacks SEC(".maps");
__u64 misses;

SEC("kprobe/vfs_unlink")
int on_unlink(struct pt_regs *ctx)
{
	if (bpf_get_stackid(ctx, &stacks, 0) < 0)
		misses++;
	return 0;
}
char _license[] SEC("license") = "GPL";
