// StackOverflow: printf() in a program
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern int printf(const char *format, ...);

SEC("xdp")
int hello(struct xdp_md *ctx)
{
	static const char text[] = "a packet\n";

	printf(text);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
