// scx#3011: a helper is to read into memory of an arena, mended as advised
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#define __arena __attribute__((address_space(1)))

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 16);
} arena SEC(".maps");

void __arena *bpf_arena_alloc_pages(void *map, void __arena *addr, __u32 page_cnt, int node_id, __u64 flags) __ksym;

SEC("syscall")
int name_it(void *ctx)
{
	char __arena *page = bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0);

	char comm[16];
	int i;

	if (!page)
		return 0;
	bpf_get_current_comm(comm, sizeof(comm));
	for (i = 0; i < 16; i++)
		page[i] = comm[i];
	return 0;
}
char _license[] SEC("license") = "GPL";
