// StackOverflow: while (1) until a value changes
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

__u64 flag;

SEC("xdp")
int spin(struct xdp_md *ctx)
{
	while (*(volatile __u64 *)&flag == 0)
		;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
