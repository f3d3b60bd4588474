// bpf list: a congestion control under another licence
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
SEC("struct_ops")
__u32 BPF_PROG(mit_ssthresh, struct sock *sk)
{
	return 2;
}
SEC("struct_ops")
void BPF_PROG(mit_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}
SEC("struct_ops")
__u32 BPF_PROG(mit_undo, struct sock *sk)
{
	return 2;
}
SEC(".struct_ops")
struct tcp_congestion_ops mit = {
	.ssthresh = (void *)mit_ssthresh,
	.cong_avoid = (void *)mit_avoid,
	.undo_cwnd = (void *)mit_undo,
	.name = "bpf_mit",
};
char _license[] SEC("license") = "MIT";
