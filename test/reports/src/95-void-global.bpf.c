// parttimenerd/ebpf-verifier-errors#10: a global function returns nothing
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

int n;

__noinline void note(int x)
{
	n += x;
	barrier();
}

SEC("kprobe/do_exit")
int gone(struct pt_regs *ctx)
{
	note(1);
	return 0;
}
char _license[] SEC("license") = "GPL";
