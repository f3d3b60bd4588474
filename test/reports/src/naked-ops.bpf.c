// "libbpf: Error loading .BTF into kernel: -22. BTF is mandatory, can't proceed." with a __naked struct_ops program
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

__attribute__((naked)) SEC("struct_ops") unsigned int bare_ssthresh(unsigned long long *ctx)
{
	asm volatile("r0 = 2; exit;" ::: "r0");
}
SEC("struct_ops") void bare_cong_avoid(unsigned long long *ctx) {}
SEC("struct_ops") unsigned int bare_undo_cwnd(unsigned long long *ctx) { return 2; }
SEC(".struct_ops") struct tcp_congestion_ops bare = {
	.ssthresh = (void *)bare_ssthresh,
	.cong_avoid = (void *)bare_cong_avoid,
	.undo_cwnd = (void *)bare_undo_cwnd,
	.name = "bare",
};
char _license[] SEC("license") = "GPL";
