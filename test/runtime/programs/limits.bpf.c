// SPDX-License-Identifier: Apache-2.0
// Programs that the verifier accepts, and that take as long or as much as they like.
#include "check.h"

struct timed { struct bpf_timer timer; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct timed); } timers SEC(".maps");
struct large { char bytes[1 << 16]; };
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 2); __type(key, int); __type(value, struct large); } larges SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct large); } source SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1000000); __uint(map_flags, BPF_F_NO_PREALLOC); __type(key, u64); __type(value, u64); } many SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } events SEC(".maps");

u64 rounds, lost;

static int round(u32 i, void *ctx)
{
	rounds++;
	return 0;
}

SEC("syscall")
int loops(u32 *ctx)
{
	bpf_loop(*ctx & 0x7fffff, round, 0, 0);
	return 0;
}

SEC("tc")
int second(struct __sk_buff *skb)
{
	bpf_loop(skb->mark & 0x7fffff, round, 0, 0);
	return 2;
}
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 1); __uint(key_size, 4); __uint(value_size, 4); __array(values, int (void *)); } filled SEC(".maps") = {
	.values = { [0] = (void *)&second },
};

SEC("tc")
int chained(struct __sk_buff *skb)
{
	bpf_loop(skb->mark & 0x7fffff, round, 0, 0);
	bpf_tail_call(skb, &filled, 0);
	return 1;
}

static int again(void *map, int *key, struct timed *value)
{
	rounds++;
	bpf_timer_start(&value->timer, 0, 0);
	return 0;
}

SEC("syscall")
int timer(void *ctx)
{
	int key = 0;
	struct timed *value = bpf_map_lookup_elem(&timers, &key);

	CHECK(value);
	bpf_timer_init(&value->timer, &timers, 0);
	CHECK(bpf_timer_set_callback(&value->timer, again) == 0);
	CHECK(bpf_timer_start(&value->timer, 0, 0) == 0);
	return 0;
}

static int copy(u32 i, void *ctx)
{
	int key = i & 1, zero = 0;
	void *value = bpf_map_lookup_elem(&source, &zero);

	if (value)
		bpf_map_update_elem(&larges, &key, value, 0);
	return 0;
}

SEC("syscall")
int copies(u32 *ctx)
{
	bpf_loop(*ctx & 0x7fffff, copy, 0, 0);
	return 0;
}

static int put(u32 i, void *ctx)
{
	u64 key = i;

	return bpf_map_update_elem(&many, &key, &key, 0) != 0;
}

SEC("syscall")
int grows(u32 *ctx)
{
	bpf_loop(*ctx & 0xfffff, put, 0, 0);
	return 0;
}

static int event(u32 i, void *ctx)
{
	int zero = 0;
	void *value = bpf_map_lookup_elem(&source, &zero);

	if (value && bpf_perf_event_output(*(void **)ctx, &events, BPF_F_CURRENT_CPU, value, 1 << 15) == -28)
		lost++;
	return 0;
}

SEC("tc")
int emits(struct __sk_buff *skb)
{
	lost = 0;
	bpf_loop(600, event, &skb, 0);
	return lost;
}

SEC("iter/task")
int writes(struct bpf_iter__task *ctx)
{
	int zero = 0, first, second;
	void *value = bpf_map_lookup_elem(&source, &zero);

	if (!value)
		return 0;
	first = bpf_seq_write(ctx->meta->seq, value, 30000);
	second = bpf_seq_write(ctx->meta->seq, value, 2767);
	rounds = first == 0 && second == 0;
	return 0;
}

SEC("iter/task")
int writes_too_much(struct bpf_iter__task *ctx)
{
	int zero = 0, first, second;
	void *value = bpf_map_lookup_elem(&source, &zero);

	if (!value)
		return 0;
	first = bpf_seq_write(ctx->meta->seq, value, 30000);
	second = bpf_seq_write(ctx->meta->seq, value, 2768);
	rounds = first == 0 && second == -75;
	return 0;
}

SEC("syscall")
int reads(void *ctx)
{
	int zero = 0;
	u64 *value = bpf_map_lookup_elem(&source, &zero);

	return value ? *value : 0;
}
