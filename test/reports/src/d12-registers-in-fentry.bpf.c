// libbpf-bootstrap questions: the body of a kprobe is moved to fentry
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
int last;

SEC("fentry/vfs_unlink")
int on_unlink(struct pt_regs *ctx)
{
	struct dentry *dentry = (void *)PT_REGS_PARM3(ctx);

	last = BPF_CORE_READ(dentry, d_flags);
	return 0;
}
char _license[] SEC("license") = "GPL";
