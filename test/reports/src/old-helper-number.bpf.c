// ksyscall of libbpf-bootstrap#206: built for a kernel that has more helpers
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
static long (*bpf_of_later)(void *ctx) = (void *)250;

SEC("kprobe/vfs_read")
int on_read(struct pt_regs *ctx)
{
	return bpf_of_later(ctx) & 0;
}
char _license[] SEC("license") = "GPL";
