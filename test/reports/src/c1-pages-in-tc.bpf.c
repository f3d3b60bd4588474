// bpf list, arenas: memory is taken from the arena where a packet comes in
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#define __arena __attribute__((address_space(1)))
extern void __arena *bpf_arena_alloc_pages(void *map, void __arena *addr, __u32 page_cnt, int node_id, __u64 flags) __ksym;

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 16);
} arena SEC(".maps");
__u64 __arena *counters;

SEC("tc")
int count(struct __sk_buff *skb)
{
	if (!counters)
		counters = bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0);
	if (counters)
		counters[skb->ifindex & 63]++;
	return 0;
}
char _license[] SEC("license") = "GPL";
