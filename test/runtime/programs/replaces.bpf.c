// SPDX-License-Identifier: Apache-2.0
// Programs that take the place of functions of others (replaced.bpf.c): what of it the kernel takes, and what it says of the rest.
#include "check.h"
extern void bpf_throw(u64 cookie) __ksym;

struct pair { int a; int b; };
struct other { int a; int b; };

u64 times, given;
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, u64); } counts SEC(".maps");

SEC("freplace/length")
int length_less(struct __sk_buff *skb)
{
	u32 zero = 0;
	u64 *count = bpf_map_lookup_elem(&counts, &zero);

	times++;
	if (count)
		*count += skb->len;
	return skb->len - 1;
}

SEC("freplace/sum")
int sum_product(int a, long b)
{
	times++;
	given = a * 100 + b;
	return a * b + 7;
}

SEC("freplace/fills")
int fills_more(struct pair *pair)
{
	if (!pair)
		return -1;
	times++;
	pair->a = 3;
	return pair->b + 1;
}

SEC("freplace/writes")
int writes_two(struct __sk_buff *skb, u32 at)
{
	u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	times++;
	if (at > 60 || data + at + 2 > end)
		return -1;
	data[at] = 0x77;
	data[at + 1] = 0x88;
	return 9;
}

/* The whole program. */
SEC("freplace/calls")
int calls_nothing(struct __sk_buff *skb)
{
	times++;
	skb->mark = 7;
	return 42;
}

/* It has functions of its own, one that is called back. */
static long once(u32 i, u64 *sum)
{
	*sum += i;
	return 0;
}
static __noinline u64 twice(u64 value)
{
	asm volatile ("" : "+r"(value));
	return value * 2;
}
SEC("freplace/sum")
int sum_loops(int a, long b)
{
	u64 all = 0;

	bpf_loop(5, once, &all, 0);
	return twice(all) + a;
}

SEC("freplace/length")
int length_throws(struct __sk_buff *skb)
{
	if (skb->len)
		bpf_throw(33);
	return 1;
}

/* Changes the packet where the original does, and where it does not. */
SEC("freplace/pulls")
int pulls_too(struct __sk_buff *skb)
{
	times++;
	return bpf_skb_change_head(skb, 4, 0);
}
SEC("freplace/length")
int length_pulls(struct __sk_buff *skb)
{
	return bpf_skb_pull_data(skb, 0);
}

/* Prototypes that are not the original's. */
SEC("freplace/sum")
int sum_of_three(int a, long b, int c) { return a + c; }
SEC("freplace/sum")
int sum_of_ints(int a, int b) { return a + b; }
SEC("freplace/sum")
long sum_long(int a, long b) { return a + b; }
SEC("freplace/sum")
int sum_unsigned(u32 a, u64 b) { return a + b; }
SEC("freplace/sum")
int sum_pointer(int a, struct pair *b) { return a; }
SEC("freplace/length")
int length_number(int a) { return a; }
SEC("freplace/length")
int length_of_xdp(struct xdp_md *xdp) { return 0; }
SEC("freplace/fills")
int fills_other(struct other *other) { return 0; }
SEC("freplace/fills")
int fills_number(int *number) { return 0; }
SEC("freplace/fills")
int fills_void(void *nothing) { return 0; }

/* Functions that are none of the program's. */
SEC("freplace/unused")
int unused_now(int a) { return a; }
SEC("freplace/nowhere")
int nowhere_now(int a) { return a; }

SEC("freplace/kept")
int kept_now(int a) { return a; }
SEC("freplace/kept_of")
int kept_of_now(struct pair *pair) { return 0; }

/* A main program whose types say too little. */
SEC("freplace/two_arguments")
int replaces_void(void *ctx) { return 0; }
SEC("freplace/two_arguments")
int replaces_xdp(struct xdp_md *ctx) { return 0; }

/* By the type of the original: what it may return, call and write. */
SEC("freplace/connects")
int connects_beyond(struct bpf_sock_addr *addr) { return 255; }
SEC("freplace/connects")
int connects_within(struct bpf_sock_addr *addr) { return addr->user_port == 1; }
SEC("freplace/length")
int length_of_socket(struct __sk_buff *skb) { skb->tc_classid = 1; return 1; }
SEC("freplace/length")
int length_stores(struct __sk_buff *skb)
{
	u8 one = 1;

	return bpf_skb_store_bytes(skb, 0, &one, 1, 0);
}
SEC("freplace/sum")
int sum_of_xdp(int a, long b)
{
	return bpf_redirect(1, 0);
}
SEC("freplace/sum")
int sum_kfunc(int a, long b)
{
	return bpf_get_smp_processor_id() + bpf_strtoul("7", 1, 0, (unsigned long *)&given);
}
