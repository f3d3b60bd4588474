// SPDX-License-Identifier: Apache-2.0
#include "check.h"

#define __arena __attribute__((address_space(1)))
#define PAGE 4096

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 4);
} arena SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, int); } array SEC(".maps");

void __arena *bpf_arena_alloc_pages(void *map, void __arena *at, u32 count, int node, u64 flags) __ksym;
void bpf_arena_free_pages(void *map, void __arena *at, u32 count) __ksym;

SEC("syscall")
int pages(void *ctx)
{
	u8 __arena *one;
	u8 __arena *two;
	u8 __arena *again;

	CHECK(!bpf_arena_alloc_pages(&arena, NULL, 0, -1, 0));
	CHECK(!bpf_arena_alloc_pages(&arena, NULL, 5, -1, 0));
	CHECK(!bpf_arena_alloc_pages(&arena, NULL, 1, -1, 1));
	CHECK(!bpf_arena_alloc_pages(&arena, NULL, 1, 1000, 0));
	one = bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0);
	two = bpf_arena_alloc_pages(&arena, NULL, 2, -1, 0);
	CHECK(one && two);
	CHECK(two == one + PAGE);
	CHECK(!bpf_arena_alloc_pages(&arena, NULL, 2, -1, 0));
	CHECK(!bpf_arena_alloc_pages(&arena, one, 1, -1, 0));
	CHECK(!bpf_arena_alloc_pages(&arena, one + 1, 1, -1, 0));
	two[5] = 7;
	CHECK(two[5] == 7);
	bpf_arena_free_pages(&array, two, 2);
	bpf_arena_free_pages(&arena, two, 0);
	CHECK(two[5] == 7);
	bpf_arena_free_pages(&arena, two, 2);
	CHECK(two[5] == 0);
	again = bpf_arena_alloc_pages(&arena, two + PAGE, 1, -1, 0);
	CHECK(again == two + PAGE);
	CHECK(!bpf_arena_alloc_pages(&arena, NULL, 2, -1, 0));
	CHECK(bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0) == two);
	return 0;
}
