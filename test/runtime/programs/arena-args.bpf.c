// SPDX-License-Identifier: Apache-2.0
// Calls kfuncs of the test's that take memory of the arena, which kernels since 7.3 know: test/runtime/arena-args.test.ts.
#include "check.h"

#define __arena __attribute__((address_space(1)))

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
} arena SEC(".maps");

extern u64 host_word(u64 *value) __ksym;
extern u64 host_word_or_null(u64 *value) __ksym;
void __arena *bpf_arena_alloc_pages(void *map, void __arena *at, u32 count, int node, u64 flags) __ksym;

SEC("syscall")
int words(void *ctx)
{
	u64 __arena *page = bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0);

	if (!page)
		return __LINE__;
	page[1] = 41;
	CHECK(host_word((u64 *)&page[1]) == 41 && page[1] == 42);
	CHECK(host_word_or_null((u64 *)&page[1]) == 42);
	/* the kernel adds where the arena begins: that is not NULL */
	CHECK(host_word(NULL) == 0);
	CHECK(host_word_or_null(NULL) == 7);
	return 0;
}
