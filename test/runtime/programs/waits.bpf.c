// SPDX-License-Identifier: Apache-2.0
// Calls kfuncs whose bodies answer promises: test/runtime/waits-module.ts.
#include "check.h"

struct sheet { u32 number; u32 length; };

extern struct sheet *page_fetch(u32 number) __ksym;
extern void page_drop(struct sheet *page) __ksym;
extern int page_text(struct sheet *page, void *to, u32 to__sz) __ksym;
extern int page_count(void) __ksym;
extern int page_now(void) __ksym;
extern void bpf_throw(u64 cookie) __ksym;

u64 rounds;

static __noinline int text_of(struct sheet *page, u32 *ctx)
{
	char text[8] = "........";
	int length = page_text(page, text, sizeof(text));

	ctx[1] = *(u32 *)text;
	return length;
}

SEC("syscall")
int fetch(u32 *ctx)
{
	struct sheet *page = page_fetch(ctx[0]);
	int length;

	if (!page)
		return -ENOENT;
	rounds++;
	length = text_of(page, ctx);
	ctx[2] = page->number;
	page_drop(page);
	return length;
}

SEC("syscall")
int throws(u32 *ctx)
{
	int count = page_count();

	if (count > 2)
		bpf_throw(count);
	return 0;
}

static int again(u32 i, void *ctx)
{
	rounds += page_count();
	return 0;
}

SEC("syscall")
int in_a_callback(u32 *ctx)
{
	bpf_loop(3, again, 0, 0);
	return 0;
}

static long each(void *map, const void *key, void *value, void *ctx)
{
	return page_count() < 0;
}

struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, u32); } counts SEC(".maps");

SEC("syscall")
int in_each(u32 *ctx)
{
	bpf_for_each_map_elem(&counts, each, 0, 0);
	return 0;
}

static int round(u32 i, void *ctx)
{
	rounds++;
	return 0;
}

SEC("syscall")
int loops(u32 *ctx)
{
	bpf_loop(ctx[0] & 0xffff, round, 0, 0);
	page_count();
	bpf_loop(ctx[1] & 0xffff, round, 0, 0);
	return 0;
}

struct kept { struct sheet __kptr *page; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, struct kept); } keeps SEC(".maps");

SEC("syscall")
int waits_then_loops(u32 *ctx)
{
	page_count();
	bpf_loop(ctx[0] & 0x7fffff, round, 0, 0);
	return 0;
}

/* One page stays in the map, one is held while it loops. */
SEC("syscall")
int holds(u32 *ctx)
{
	u32 zero = 0;
	struct kept *kept = bpf_map_lookup_elem(&keeps, &zero);
	struct sheet *page = page_fetch(ctx[0]), *before;

	if (!page)
		return -ENOENT;
	if (kept) {
		before = bpf_kptr_xchg(&kept->page, page);
		if (before)
			page_drop(before);
	} else {
		page_drop(page);
	}
	page = page_fetch(ctx[1]);
	if (!page)
		return -ENOENT;
	bpf_loop(ctx[2] & 0x7fffff, round, 0, 0);
	page_drop(page);
	return 0;
}

SEC("syscall")
int not_sleepable(u32 *ctx)
{
	return page_now();
}

SEC("lsm.s/file_open")
int hook(u64 *ctx)
{
	return page_count() > 2 ? -1 : 0;
}
