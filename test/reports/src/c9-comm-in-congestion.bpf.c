// scx#317: struct_ops program calls a helper that its kind does not have
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
char last[16];

SEC("struct_ops/who_init")
void BPF_PROG(who_init, struct sock *sk)
{
	bpf_get_current_comm(last, sizeof(last));
}
SEC("struct_ops/who_ssthresh")
__u32 BPF_PROG(who_ssthresh, struct sock *sk)
{
	return 2;
}
SEC("struct_ops/who_undo")
__u32 BPF_PROG(who_undo, struct sock *sk)
{
	return 2;
}
SEC("struct_ops/who_avoid")
void BPF_PROG(who_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC(".struct_ops")
struct tcp_congestion_ops who = {
	.init = (void *)who_init,
	.ssthresh = (void *)who_ssthresh,
	.undo_cwnd = (void *)who_undo,
	.cong_avoid = (void *)who_avoid,
	.name = "bpf_who",
};
char _license[] SEC("license") = "GPL";
