// SPDX-License-Identifier: Apache-2.0
// An arena of 4 GiB, of which its ends are used.
#include "check.h"

#define __arena __attribute__((address_space(1)))
#define PAGE 4096ull
#define SIZE (1ull << 32)

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, SIZE / PAGE);
} arena SEC(".maps");

void __arena *bpf_arena_alloc_pages(void *map, void __arena *at, u32 count, int node, u64 flags) __ksym;
void bpf_arena_free_pages(void *map, void __arena *at, u32 count) __ksym;

SEC("syscall")
int ends(void *ctx)
{
	volatile u8 __arena *first, *last, *again;
	u64 next = PAGE;

	first = bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0);
	CHECK(first);
	first[5] = 1;
	last = bpf_arena_alloc_pages(&arena, (void __arena *)(first + SIZE - PAGE), 1, -1, 0);
	CHECK(last);
	CHECK(!bpf_arena_alloc_pages(&arena, (void __arena *)(first + SIZE - PAGE), 1, -1, 0));
	last[7] = 2;
	CHECK(first[5] == 1 && last[7] == 2);
	/* pages that nobody allocated, on either side and in between */
	CHECK(first[PAGE] == 0 && last[7 - PAGE] == 0 && first[SIZE / 2] == 0);
	/* pointers go round, an instruction's offset does not */
	asm volatile ("" : "+r"(next));
	CHECK(last[next + 5] == 1);
	CHECK(last[PAGE + 5] == 0);
	bpf_arena_free_pages(&arena, (void __arena *)last, 1);
	CHECK(last[7] == 0 && first[5] == 1);
	again = bpf_arena_alloc_pages(&arena, NULL, 3, -1, 0);
	CHECK(again == first + PAGE);
	again[3 * PAGE - 1] = 9;
	CHECK(again[3 * PAGE - 1] == 9 && again[3 * PAGE] == 0);
	return 0;
}

/* The kernel may have as many. */
SEC("syscall")
int many(void *ctx)
{
	bpf_arena_alloc_pages(&arena, NULL, 400000, -1, 0);
	return 0;
}
