// bpf list, tcp_congestion_ops: an operation is implemented that no program may
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

SEC("struct_ops/demo_ssthresh")
__u32 BPF_PROG(demo_ssthresh, struct sock *sk)
{
	return 10;
}

SEC("struct_ops/demo_cong_avoid")
void BPF_PROG(demo_cong_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC("struct_ops/demo_undo")
__u32 BPF_PROG(demo_undo, struct sock *sk)
{
	return 10;
}

SEC("struct_ops/demo_info")
size_t BPF_PROG(demo_info, struct sock *sk, __u32 ext, int *attr, union tcp_cc_info *info)
{
	return 0;
}

SEC(".struct_ops")
struct tcp_congestion_ops demo = {
	.ssthresh = (void *)demo_ssthresh,
	.cong_avoid = (void *)demo_cong_avoid,
	.undo_cwnd = (void *)demo_undo,
	.get_info = (void *)demo_info,
	.name = "demo",
};
char _license[] SEC("license") = "GPL";
