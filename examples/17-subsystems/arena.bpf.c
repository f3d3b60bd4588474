// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// bpf_arena_alloc_pages, bpf_arena_free_pages: the map is a __map argument.
#include "example.h"

#define __arena __attribute__((address_space(1)))
void __arena *bpf_arena_alloc_pages(void *map, void __arena *addr, u32 pages, int node, u64 flags) __ksym;
void bpf_arena_free_pages(void *map, void __arena *ptr, u32 pages) __ksym;

struct { __uint(type, BPF_MAP_TYPE_ARENA); __uint(map_flags, BPF_F_MMAPABLE); __uint(max_entries, 4); } arena SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, u64); }
	array SEC(".maps");

// ACCEPT: allocate a page, write it, free it
SEC("syscall")
int arena_pages(void *ctx)
{
	u64 __arena *page = bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0);

	if (!page)
		return 0;
	page[0] = 1;
	bpf_arena_free_pages(&arena, page, 1);
	return 0;
}

// ACCEPT: __map asks for a map; that it is an arena the kfunc checks itself when it runs
SEC("syscall")
int arena_other_map(void *ctx)
{
	u64 __arena *page = bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0);

	bpf_arena_free_pages(&array, page, 1);
	return 0;
}

// REJECT (fixed by arena_pages): memory is not a map
// kernel 6.12: pointer in R1 isn't map pointer
SEC("syscall")
int arena_no_map(void *ctx)
{
	u64 local = 0;
	u64 __arena *page = bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0);

	// rejected: the stack is no map
	bpf_arena_free_pages(&local, page, 1);
	return 0;
}

// REJECT (fixed by arena_pages): pages are had where one may sleep
// kernel 6.12: program must be sleepable to call sleepable kfunc bpf_arena_alloc_pages
SEC("tc")
int arena_not_sleepable(struct __sk_buff *skb)
{
	// rejected: tc does not sleep
	u64 __arena *page = bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0);

	if (page)
		bpf_arena_free_pages(&arena, page, 1);
	return 0;
}

// ACCEPT: a byte of a page, without its sign
SEC("syscall")
int arena_byte(void *ctx)
{
	u8 __arena *page = bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0);

	return page ? page[1] : 0;
}

// REJECT (fixed by arena_byte): 6.12 cannot extend the sign of what it loads from an arena
// kernel 6.12: sign extending loads from arena are not supported yet
SEC("syscall")
int arena_signed_byte(void *ctx)
{
	u8 __arena *page = bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0);
	long value = 0;

	if (!page)
		return 0;
	// rejected: a signed load
	asm volatile("r1 = addr_space_cast(%1, 0x0, 0x1);"
		     "%0 = *(s8 *)(r1 + 1);" : "=r"(value) : "r"(page) : "r1");
	return value;
}

#define CHANGE_WORD(CHANGE) \
	u64 __arena *page = bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0); \
	u64 value = 1; \
	if (!page) \
		return 0; \
	asm volatile("r1 = addr_space_cast(%1, 0x0, 0x1);" \
		     CHANGE : "+r"(value) : "r"(page) : "r1"); \
	return value

// ACCEPT: a sum, and what was there before
SEC("syscall")
int arena_fetch_add(void *ctx)
{
	CHANGE_WORD("%0 = atomic_fetch_add((u64 *)(r1 + 0), %0);");
}

// REJECT (fixed by arena_fetch_add): the JIT cannot do that in an arena
// kernel 6.12: BPF_ATOMIC stores into R1 arena is not allowed
SEC("syscall")
int arena_fetch_xor(void *ctx)
{
	// rejected: bits changed, and what was there before
	CHANGE_WORD("%0 = atomic_fetch_xor((u64 *)(r1 + 0), %0);");
}
