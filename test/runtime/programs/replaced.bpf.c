// SPDX-License-Identifier: Apache-2.0
// Programs that others (replaces.bpf.c) take the place of functions of.
#include "check.h"

struct pair { int a; int b; };

__noinline int length(struct __sk_buff *skb)
{
	return skb->len;
}

__noinline int sum(int a, long b)
{
	asm volatile ("" : "+r"(a));
	return a + b;
}

__noinline int fills(struct pair *pair)
{
	if (!pair)
		return -1;
	pair->a = 1;
	return pair->b;
}

__noinline int pulls(struct __sk_buff *skb)
{
	return bpf_skb_pull_data(skb, 0);
}

__noinline int writes(struct __sk_buff *skb, u32 at)
{
	u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	if (at > 60 || data + at + 1 > end)
		return -1;
	data[at] = 1;
	return 0;
}

static __noinline int kept(int a)
{
	asm volatile ("" : "+r"(a));
	return a + 1;
}

static __noinline int kept_of(struct pair *pair)
{
	asm volatile ("" : "+r"(pair));
	return pair->a;
}

__noinline int unused(int a)
{
	asm volatile ("" : "+r"(a));
	return a;
}

u64 seen;

SEC("tc")
int calls(struct __sk_buff *skb)
{
	struct pair pair = { 0, 5 };
	int all = 0;

	all += length(skb);
	all += sum(1, 2) * 1000;
	all += fills(&pair) * 10000;
	all += pair.a * 100000;
	all += kept(1) * 1000000;
	all += kept_of(&pair) * 10000000;
	pulls(skb);
	all += writes(skb, 20);
	seen = all;
	return all;
}

SEC("xdp")
int frames(struct xdp_md *xdp)
{
	return sum(xdp->data_end - xdp->data, 1) == 65 ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int two_arguments(void *ctx)
{
	return XDP_PASS;
}

/* A program that only looks on. */
SEC("fentry/bpf_fentry_test1")
int looks_on(void *ctx)
{
	seen = sum(1, 2);
	return 0;
}

SEC("socket")
int filters(struct __sk_buff *skb)
{
	return length(skb);
}

SEC("cgroup/connect4")
int connects(struct bpf_sock_addr *addr)
{
	return addr->user_port == 0;
}
