// SPDX-License-Identifier: Apache-2.0
// Programs on sockets: test/runtime/sockets.test.ts calls them.
#include "check.h"

#define AF_INET 2
#define SOL_SOCKET 1
#define SO_MARK 36
#define SO_SNDBUF 7
#define IPPROTO_TCP 6
#define TCP_CONGESTION 13
#define TCP_KEEPCNT 6

struct { __uint(type, BPF_MAP_TYPE_SOCKMAP); __uint(max_entries, 4); __type(key, u32); __type(value, u64); } by_index SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_SOCKHASH); __uint(max_entries, 4); __type(key, u32); __type(value, u64); } by_port SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY); __uint(max_entries, 4); __type(key, u32); __type(value, u64); } shared SEC(".maps");

/* Whoever connects to 10.0.0.9:80 gets 10.0.0.7:8080, and a mark. */
SEC("cgroup/connect4")
int connects(struct bpf_sock_addr *ctx)
{
	u32 mark = 7;

	if (ctx->type != 1 || ctx->protocol != IPPROTO_TCP || ctx->user_family != AF_INET)
		return 0;
	if (ctx->user_ip4 == bpf_htonl(0x0a000009) && ctx->user_port == bpf_htons(80)) {
		ctx->user_ip4 = bpf_htonl(0x0a000007);
		ctx->user_port = bpf_htons(8080);
		if (bpf_setsockopt(ctx, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)))
			return 0;
	}
	return bpf_get_socket_cookie(ctx) != 0;
}

SEC("cgroup/connect6")
int connects6(struct bpf_sock_addr *ctx)
{
	if (ctx->user_ip6[3] == bpf_htonl(1)) {
		ctx->user_ip6[0] = bpf_htonl(0xfd000000);
		ctx->user_ip6[3] = bpf_htonl(2);
	}
	return 1;
}

SEC("cgroup/connect4")
int binds(struct bpf_sock_addr *ctx)
{
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = bpf_htons(4000) };

	from.sin_addr.s_addr = bpf_htonl(0x0a000003);
	return bpf_bind(ctx, (struct sockaddr *)&from, sizeof(from)) == 0;
}

SEC("cgroup/sock_create")
int creates(struct bpf_sock *sk)
{
	if (sk->family == 10)
		return 0;
	sk->mark = 5;
	sk->priority = 3;
	return 1;
}

/* A buffer is doubled, the algorithm read back. */
SEC("cgroup/setsockopt")
int sets(struct bpf_sockopt *ctx)
{
	u8 *value = ctx->optval;

	if (ctx->level == SOL_SOCKET && ctx->optname == SO_SNDBUF) {
		if (value + 4 > (u8 *)ctx->optval_end)
			return 0;
		*(u32 *)value *= 2;
		ctx->optlen = 4;
		return 1;
	}
	ctx->optlen = -1;
	return ctx->optname != 99;
}

SEC("cgroup/getsockopt")
int gets(struct bpf_sockopt *ctx)
{
	u8 *value = ctx->optval;

	if (value + 1 > (u8 *)ctx->optval_end || !ctx->sk)
		return 0;
	value[0] = ctx->sk->family;
	ctx->optlen = 1;
	ctx->retval = 0;
	return 1;
}

static __always_inline int said(struct bpf_sock_ops *ops, int error)
{
	ops->reply = error;
	return 0;
}

SEC("sockops")
int operations(struct bpf_sock_ops *ops)
{
	u32 port = ops->local_port, zero = 0, count = 4, before = 0;
	char name[8] = {};

	switch (ops->op) {
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		if (bpf_sock_map_update(ops, &by_index, &zero, BPF_NOEXIST))
			return said(ops, -1);
		if (bpf_sock_hash_update(ops, &by_port, &port, BPF_ANY))
			return said(ops, -2);
		if (bpf_sock_ops_cb_flags_set(ops, BPF_SOCK_OPS_RTO_CB_FLAG | 0x80) != 0x80)
			return said(ops, -3);
		if (bpf_getsockopt(ops, IPPROTO_TCP, TCP_KEEPCNT, &before, sizeof(before)) || before != 9)
			return said(ops, -4);
		if (bpf_setsockopt(ops, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count)) ||
		    bpf_getsockopt(ops, IPPROTO_TCP, TCP_KEEPCNT, &before, sizeof(before)) || before != 4)
			return said(ops, -5);
		if (bpf_setsockopt(ops, IPPROTO_TCP, TCP_CONGESTION, "reno", 5) ||
		    bpf_getsockopt(ops, IPPROTO_TCP, TCP_CONGESTION, name, sizeof(name)) || bpf_strncmp(name, 5, "reno"))
			return said(ops, -6);
		if (bpf_setsockopt(ops, IPPROTO_TCP, 12345, &count, sizeof(count)) != -22)
			return said(ops, -7);
		ops->reply = bpf_ntohl(ops->remote_port);
		return ops->bpf_sock_ops_cb_flags == BPF_SOCK_OPS_RTO_CB_FLAG && ops->snd_cwnd == 10;
	default:
		return said(ops, bpf_sock_map_update(ops, &by_index, &zero, BPF_ANY));
	}
}

SEC("sk_msg")
int messages(struct sk_msg_md *msg)
{
	u32 port = 8080;
	u8 *data;

	if (bpf_msg_pull_data(msg, 2, 4, 0) || bpf_msg_pull_data(msg, 4, 2, 0) != -22)
		return SK_DROP;
	data = msg->data;
	if (data + 2 > (u8 *)msg->data_end || data[0] != 'c')
		return SK_DROP;
	data[0] = 'C';
	if (bpf_msg_push_data(msg, 1, 2, 0) || bpf_msg_pop_data(msg, 5, 1, 0) || bpf_msg_pop_data(msg, 99, 1, 0) != -22)
		return SK_DROP;
	bpf_msg_apply_bytes(msg, 3);
	return bpf_msg_redirect_hash(msg, &by_port, &port, BPF_F_INGRESS);
}

SEC("sk_skb/stream_verdict")
int streams(struct __sk_buff *skb)
{
	return bpf_sk_redirect_map(skb, &by_index, 0, 0);
}

SEC("sk_reuseport")
int chooses(struct sk_reuseport_md *ctx)
{
	u32 index = ctx->hash % 4;

	return bpf_sk_select_reuseport(ctx, &shared, &index, 0) ? SK_DROP : SK_PASS;
}
