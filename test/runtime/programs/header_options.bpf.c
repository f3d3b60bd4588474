// SPDX-License-Identifier: Apache-2.0
// Options of TCP headers: test/runtime/header-options.test.ts says which call is made, at which operation, and looks at what came of it.
#include "check.h"

#define ROOM 8

struct told {
	s32 answer;
	u32 size;
	u64 flags;
	u8 option[ROOM];
};
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, struct told); } tolds SEC(".maps");

static __always_inline struct told *told(void)
{
	u32 key = 0;

	return bpf_map_lookup_elem(&tolds, &key);
}

SEC("sockops")
int loads(struct bpf_sock_ops *ctx)
{
	struct told *to = told();
	u32 size;

	if (!to)
		return 1;
	size = to->size;
	/* clang is not to compare size - 1 instead */
	asm volatile("" : "+r"(size));
	if (!size)
		return 1;
	asm volatile("" : "+r"(size));
	if (size > ROOM)
		return 1;
	to->answer = bpf_load_hdr_opt(ctx, to->option, size, to->flags);
	return 1;
}

SEC("sockops")
int stores(struct bpf_sock_ops *ctx)
{
	struct told *to = told();
	u32 size;

	if (!to)
		return 1;
	size = to->size;
	/* clang is not to compare size - 1 instead */
	asm volatile("" : "+r"(size));
	if (!size)
		return 1;
	asm volatile("" : "+r"(size));
	if (size > ROOM)
		return 1;
	to->answer = bpf_store_hdr_opt(ctx, to->option, size, to->flags);
	return 1;
}

SEC("sockops")
int reserves(struct bpf_sock_ops *ctx)
{
	struct told *to = told();

	if (to)
		to->answer = bpf_reserve_hdr_opt(ctx, to->size, to->flags);
	return 1;
}
