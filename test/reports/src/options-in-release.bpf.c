// bpf tcp congestion control: an option is set when the connection ends
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
SEC("struct_ops/o_ssthresh")
__u32 BPF_PROG(o_ssthresh, struct sock *sk)
{
	return 2;
}
SEC("struct_ops/o_avoid")
void BPF_PROG(o_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}
SEC("struct_ops/o_undo")
__u32 BPF_PROG(o_undo, struct sock *sk)
{
	return 2;
}
SEC("struct_ops/o_release")
void BPF_PROG(o_release, struct sock *sk)
{
	int one = 1;

	bpf_setsockopt(sk, 6, 1, &one, sizeof(one));
}
SEC(".struct_ops")
struct tcp_congestion_ops o = {
	.ssthresh = (void *)o_ssthresh,
	.cong_avoid = (void *)o_avoid,
	.undo_cwnd = (void *)o_undo,
	.release = (void *)o_release,
	.name = "bpf_o",
};
char _license[] SEC("license") = "GPL";
