// bpf list, kprobe.session: the entry says “not this one” with a number of its own
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 calls;

SEC("kprobe.session/vfs_read")
int on_read(struct pt_regs *ctx)
{
	calls++;
	return calls & 1 ? 2 : 0;
}
char _license[] SEC("license") = "GPL";
