// SPDX-License-Identifier: Apache-2.0
// Calls that cross in every way: numbers of each width to kfuncs of test/runtime/crossing-module.ts, and callbacks. What comes of the numbers in
// the context is written behind them.
#include "check.h"

extern u32 cross_u32(u32 a, u32 b) __ksym;
extern bool cross_bool(bool a, bool b) __ksym;
extern u8 cross_u8(u8 a) __ksym;
extern s16 cross_s16(s16 a, s8 b) __ksym;
extern u64 cross_u64(u64 a, u64 b, u64 c, u64 d, u64 e) __ksym;
extern s64 cross_s64(int a, s64 b, u32 c) __ksym;
extern void cross_void(u64 a, bool b) __ksym;
extern int cross_none(void) __ksym;
extern int cross_bytes(u64 *to, u64 a) __ksym;
extern int cross_two(int a, int b) __ksym;

struct args {
	u64 a, b;
	u64 out[10];
};

SEC("syscall")
int numbers(struct args *ctx)
{
	u64 a = ctx->a, b = ctx->b, cell = b;

	ctx->out[0] = cross_u32(a, b);
	ctx->out[1] = cross_bool(a & 1, b & 1);
	ctx->out[2] = cross_u8(a);
	ctx->out[3] = cross_s16(a, b);
	ctx->out[4] = cross_u64(a, b, a ^ b, a + b, 5);
	ctx->out[5] = cross_s64(a, b, b);
	cross_void(a, b & 1);
	ctx->out[6] = cross_none();
	ctx->out[7] = cross_bytes(&cell, a);
	ctx->out[8] = cell;
	ctx->out[9] = cross_two(a, b);
	return 0;
}

struct sums {
	u64 sum, stop;
	u32 calls;
};

static int small(u32 i, struct sums *s)
{
	s->sum = s->sum * 31 + i;
	s->calls++;
	return i == s->stop;
}

static int crossing(u32 i, struct sums *s)
{
	s->calls++;
	s->sum += cross_two(i, s->stop);
	return i == s->stop;
}

static int without(u32 i, void *none)
{
	return none != 0 || i == 9;
}

static int large(u32 i, struct sums *s)
{
	u64 x = s->sum + i;

#pragma unroll
	for (int k = 0; k < 32; k++)
		x = (x ^ (x >> 7)) * 0x9e3779b97f4a7c15ull + k;
	s->sum = x;
	s->calls++;
	return i == s->stop;
}

static int nested(u32 i, struct sums *s)
{
	struct sums inner = { .stop = s->stop };

	s->sum += bpf_loop(i & 7, small, &inner, 0) + inner.sum;
	s->calls++;
	return i == s->stop;
}

/* a rounds at the most, to the round b; the flags are b's upper half */
SEC("syscall")
int rounds(struct args *ctx)
{
	u32 count = ctx->a, stop = ctx->b;
	u64 flags = ctx->b >> 32;
	struct sums s = { .stop = stop }, l = { .stop = stop }, n = { .stop = stop };

	ctx->out[0] = bpf_loop(count, small, &s, flags);
	ctx->out[1] = s.sum;
	ctx->out[2] = s.calls;
	ctx->out[3] = bpf_loop(count, large, &l, flags << 32);
	ctx->out[4] = l.sum;
	ctx->out[5] = l.calls;
	ctx->out[6] = bpf_loop(count, without, NULL, 0);
	ctx->out[7] = bpf_loop(count & 15, nested, &n, 0);
	ctx->out[8] = n.sum;
	ctx->out[9] = n.calls;
	return 0;
}

SEC("syscall")
int out_of_rounds(struct args *ctx)
{
	struct sums s = { .stop = ctx->b };

	ctx->out[0] = bpf_loop(ctx->a, crossing, &s, 0);
	ctx->out[1] = s.sum;
	ctx->out[2] = s.calls;
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 5);
	__type(key, u32);
	__type(value, u64);
} array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, u64);
} hash SEC(".maps");

static long each(struct bpf_map *map, u32 *key, u64 *value, struct sums *s)
{
	s->sum += *value + *key;
	*value += s->stop;
	s->calls++;
	return s->calls == s->stop;
}

static long each_without(struct bpf_map *map, u32 *key, u64 *value, void *none)
{
	*value += 1;
	return none != 0;
}

SEC("syscall")
int elements(struct args *ctx)
{
	struct sums a = { .stop = ctx->b }, h = { .stop = ctx->b };
	u64 value = ctx->a;

	for (u32 i = 0; i < 6; i++) {
		u32 key = i;

		bpf_map_update_elem(&array, &key, &value, 0);
		bpf_map_update_elem(&hash, &key, &value, 0);
		value += 1ull << 33;
	}
	ctx->out[0] = bpf_for_each_map_elem(&array, each, &a, 0);
	ctx->out[1] = a.sum;
	ctx->out[2] = bpf_for_each_map_elem(&hash, each, &h, 0);
	ctx->out[3] = h.calls;
	ctx->out[4] = bpf_for_each_map_elem(&array, each_without, NULL, 0);
	ctx->out[5] = bpf_for_each_map_elem(&hash, each_without, NULL, 1ull << 32);
	return 0;
}
