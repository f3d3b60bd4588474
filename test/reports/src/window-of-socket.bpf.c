// bpf tcp congestion control: the window is set through struct sock
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
SEC("struct_ops/w_ssthresh")
__u32 BPF_PROG(w_ssthresh, struct sock *sk)
{
	sk->sk_pacing_rate = 1000000;
	sk->sk_priority = 3;
	return 2;
}
SEC("struct_ops/w_avoid")
void BPF_PROG(w_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}
SEC("struct_ops/w_undo")
__u32 BPF_PROG(w_undo, struct sock *sk)
{
	return 2;
}
SEC(".struct_ops")
struct tcp_congestion_ops w = {
	.ssthresh = (void *)w_ssthresh,
	.cong_avoid = (void *)w_avoid,
	.undo_cwnd = (void *)w_undo,
	.name = "bpf_w",
};
char _license[] SEC("license") = "GPL";
