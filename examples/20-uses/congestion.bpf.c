// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.5 Registering the kfuncs
// Kfuncs that congestion controls may call: the shortest correct use of each.
#include "example.h"

struct tcp_sock { u32 snd_cwnd, snd_ssthresh; } __attribute__((preserve_access_index));
struct tcp_congestion_ops {
	u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, u32 ack, u32 acked);
	u32 (*undo_cwnd)(struct sock *sk);
	char name[16];
} __attribute__((preserve_access_index));

u32 tcp_reno_ssthresh(struct sock *sk) __ksym;
u32 tcp_reno_undo_cwnd(struct sock *sk) __ksym;
void tcp_reno_cong_avoid(struct sock *sk, u32 ack, u32 acked) __ksym;
u32 tcp_slow_start(struct tcp_sock *tp, u32 acked) __ksym;
void tcp_cong_avoid_ai(struct tcp_sock *tp, u32 w, u32 acked) __ksym;

// ACCEPT: as Reno does
SEC("struct_ops")
u32 BPF_PROG(threshold, struct sock *sk)
{
	return tcp_reno_ssthresh(sk);
}

// ACCEPT: as Reno does
SEC("struct_ops")
u32 BPF_PROG(undo, struct sock *sk)
{
	return tcp_reno_undo_cwnd(sk);
}

// ACCEPT: slow start first, then one segment a round trip
SEC("struct_ops")
void BPF_PROG(avoid, struct sock *sk, u32 ack, u32 acked)
{
	struct tcp_sock *tp = (struct tcp_sock *)sk;

	acked = tcp_slow_start(tp, acked);
	tcp_cong_avoid_ai(tp, tp->snd_cwnd, acked);
}

// ACCEPT: as Reno does
SEC("struct_ops")
void BPF_PROG(avoid_as_reno, struct sock *sk, u32 ack, u32 acked)
{
	tcp_reno_cong_avoid(sk, ack, acked);
}

SEC(".struct_ops.link")
struct tcp_congestion_ops own = {
	.ssthresh = (void *)threshold,
	.cong_avoid = (void *)avoid,
	.undo_cwnd = (void *)undo,
	.name = "own",
};

SEC(".struct_ops.link")
struct tcp_congestion_ops own_reno = {
	.ssthresh = (void *)threshold,
	.cong_avoid = (void *)avoid_as_reno,
	.undo_cwnd = (void *)undo,
	.name = "own_reno",
};
