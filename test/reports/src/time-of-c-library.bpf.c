// xdp-tools#259: clock_gettime() in a program
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct span {
	__u64 sec;
	__u64 nsec;
};
extern int clock_gettime(int clock, struct span *to);
__u64 last;

SEC("xdp")
int stamp(struct xdp_md *ctx)
{
	struct span now = {};

	clock_gettime(1, &now);
	last = now.sec;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
