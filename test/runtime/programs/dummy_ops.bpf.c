// SPDX-License-Identifier: Apache-2.0
// Operations of the struct that the kernel has for test runs, and one of another struct, which has none.
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char _license[] SEC("license") = "GPL";

u64 given[5];

SEC("struct_ops/test_1")
int BPF_PROG(may_be_null, struct bpf_dummy_ops_state *state)
{
	int old;

	if (!state)
		return -7;
	old = state->val;
	state->val = old * 2;
	return old;
}

SEC("struct_ops/test_2")
int BPF_PROG(takes_five, struct bpf_dummy_ops_state *state, int a, unsigned short b, char c, unsigned long d)
{
	for (int i = 1; i < 5; i++)
		given[i] = ctx[i];
	given[0] = state->val;
	state->val = c;
	return a + b;
}

SEC("struct_ops.s/test_sleepable")
int BPF_PROG(may_sleep, struct bpf_dummy_ops_state *state)
{
	return state->val + 1;
}

SEC(".struct_ops")
struct bpf_dummy_ops dummy = {
	.test_1 = (void *)may_be_null,
	.test_2 = (void *)takes_five,
	.test_sleepable = (void *)may_sleep,
};

SEC("struct_ops/ssthresh")
u32 BPF_PROG(ssthresh, struct sock *sk)
{
	return 2;
}

SEC("struct_ops/undo_cwnd")
u32 BPF_PROG(undo_cwnd, struct sock *sk)
{
	return 2;
}

SEC("struct_ops/cong_avoid")
void BPF_PROG(cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
}

SEC(".struct_ops")
struct tcp_congestion_ops congestion = {
	.ssthresh = (void *)ssthresh,
	.undo_cwnd = (void *)undo_cwnd,
	.cong_avoid = (void *)cong_avoid,
	.name = "bpf_none",
};
