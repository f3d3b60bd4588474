// elastic/ebpf#177: which argument of a kprobe is read depends on the kernel
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

const volatile int dentry_arg = 1;
__u64 unlinked;
char name[32];

static __always_inline unsigned long arg_at(struct pt_regs *ctx, int index)
{
	unsigned long v;

	switch (index) {
	case 0:
		v = PT_REGS_PARM1(ctx);
		barrier_var(v);
		return v;
	case 1:
		v = PT_REGS_PARM2(ctx);
		barrier_var(v);
		return v;
	case 2:
		v = PT_REGS_PARM3(ctx);
		barrier_var(v);
		return v;
	default:
		return 0;
	}
}

int chosen = 1;

SEC("kprobe/vfs_unlink")
int on_unlink(struct pt_regs *ctx)
{
	struct dentry *de = (void *)arg_at(ctx, chosen);

	if (!de)
		return 0;
	unlinked++;
	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(de, d_name.name));
	return 0;
}
char _license[] SEC("license") = "GPL";
