// scx#2100, bpf_arena questions: a pointer into the arena, declared without saying so
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern void __attribute__((address_space(1))) *bpf_arena_alloc_pages(void *map, void __attribute__((address_space(1))) *addr, __u32 page_cnt, int node_id, __u64 flags) __ksym;
struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 10);
} arena SEC(".maps");
struct link {
	struct link __attribute__((address_space(1))) *next;
	__u64 value;
};
struct link __attribute__((address_space(1))) *head;
__u64 sum;

SEC("syscall")
int walk(void *ctx)
{
	struct link __attribute__((address_space(1))) *n = head;

	asm volatile("" :: "r"(&arena));
	if (n)
		sum += n->value;
	return 0;
}
char _license[] SEC("license") = "GPL";
