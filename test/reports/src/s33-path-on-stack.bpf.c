// tracee#…, falco libs#…: parts of a path are put one behind the other on the stack
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
__u32 sum;

SEC("kprobe/do_unlinkat")
int unlinked(struct pt_regs *ctx)
{
	char path[128] = {};
	__u32 off = PT_REGS_PARM1(ctx);

	if (off > 120)
		return 0;
	bpf_probe_read_kernel_str(&path[off], 32, (void *)PT_REGS_PARM2(ctx));
	sum += path[0];
	return 0;
}
char _license[] SEC("license") = "GPL";
