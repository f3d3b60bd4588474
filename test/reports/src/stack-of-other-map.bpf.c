// bcc: the stack is put into a hash
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} stacks SEC(".maps");
__u64 id;

SEC("kprobe/vfs_unlink")
int on_unlink(struct pt_regs *ctx)
{
	id = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);
	return 0;
}
char _license[] SEC("license") = "GPL";
