// mptcp questions: user memory is read in an operation that may not sleep
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 word;

SEC("struct_ops/slow_ssthresh")
__u32 BPF_PROG(slow_ssthresh, struct sock *sk)
{
	bpf_copy_from_user(&word, 8, (void *)8192);
	return 2;
}
SEC("struct_ops/slow_avoid")
void BPF_PROG(slow_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}
SEC("struct_ops/slow_undo")
__u32 BPF_PROG(slow_undo, struct sock *sk)
{
	return 2;
}
SEC(".struct_ops")
struct tcp_congestion_ops slow = {
	.ssthresh = (void *)slow_ssthresh,
	.cong_avoid = (void *)slow_avoid,
	.undo_cwnd = (void *)slow_undo,
	.name = "bpf_slow",
};
char _license[] SEC("license") = "GPL";
