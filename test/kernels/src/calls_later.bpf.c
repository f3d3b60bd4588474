// SPDX-License-Identifier: Apache-2.0
// Calls as kernels since 7.2 judge and word them: the context as memory, what a hook may return, what is released, casts.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

static const char word[8] = "word";

SEC("syscall")
int context_is_memory(char *ctx)
{
	return bpf_strncmp(ctx + 8, 8, word);
}

SEC("syscall")
int context_ends(char *ctx)
{
	return bpf_strncmp(ctx + 0xfffc, 8, word);
}

SEC("kprobe")
int context_is_none(char *ctx)
{
	return bpf_strncmp(ctx, 8, word);
}

SEC("kprobe")
int number_is_none(char *ctx)
{
	return bpf_strncmp((void *)8, 8, word);
}

SEC("cgroup/sock_create")
int same_retval(void *ctx)
{
	bpf_set_retval(bpf_get_retval());
	return 1;
}

SEC("cgroup/sock_create")
int any_retval(void *ctx)
{
	bpf_set_retval(bpf_get_prandom_u32());
	return 1;
}

SEC("tc")
int release_nothing_held(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	if (sk)
		bpf_sk_release(sk);
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 4);
} jump SEC(".maps");

SEC("tc")
int tail_call_holds(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), -1, 0);

	bpf_tail_call(skb, &jump, 0);
	if (sk)
		bpf_sk_release(sk);
	return 0;
}

SEC("tc")
int cast_is_checked(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), -1, 0);
	struct bpf_tcp_sock *tcp;
	int result = 0;

	if (!sk)
		return 0;
	tcp = bpf_tcp_sock(sk);
	if (tcp)
		result = tcp->snd_cwnd;
	bpf_sk_release(sk);
	return result;
}

SEC("tc")
int cast_is_not_checked(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), -1, 0);
	int result;

	if (!sk)
		return 0;
	result = bpf_tcp_sock(sk)->snd_cwnd;
	bpf_sk_release(sk);
	return result;
}
