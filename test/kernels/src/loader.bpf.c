// What a loader decides: attributes of maps, what programs attach to. loader_set.bpf.c is the same with what test/cli/loader.test.ts sets.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#ifndef SET
#define STACKS 0
#define VALUE 4
#define MAP_FLAGS 0
#define INNER 4
#define READ "fentry"
#define NUMBER "fentry/vfs_read"
#define OPEN "lsm/nothing_like_it"
#endif

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__type(key, __u32);
	__uint(value_size, STACKS);
	__uint(max_entries, 16);
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, VALUE);
	__uint(max_entries, 1);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 8);
	__uint(max_entries, 1);
	__uint(map_flags, MAP_FLAGS);
} fixed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(key_size, 4);
	__uint(max_entries, 1);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_ARRAY);
		__uint(key_size, 4);
		__uint(value_size, INNER);
		__uint(max_entries, 1);
	});
} outer SEC(".maps");

unsigned int seen;

SEC("kprobe/vfs_write") int by_stack(void *ctx)
{
	return bpf_get_stackid(ctx, &stacks, 0);
}

SEC("tc") int by_value(void *ctx)
{
	__u32 zero = 0;
	__u64 *value = bpf_map_lookup_elem(&slots, &zero);

	return value ? value[1] : 0;
}

SEC("tc") int by_flags(void *ctx)
{
	__u32 zero = 0;
	__u64 *value = bpf_map_lookup_elem(&fixed, &zero);

	if (value)
		*value = 1;
	return 0;
}

SEC("tc") int by_inner(void *ctx)
{
	__u32 zero = 0;
	void *inner = bpf_map_lookup_elem(&outer, &zero);
	__u64 *value = inner ? bpf_map_lookup_elem(inner, &zero) : 0;

	return value ? *value : 0;
}

SEC(READ) int BPF_PROG(on_read, struct file *file)
{
	seen = file->f_mode;
	return 0;
}

SEC(NUMBER) int BPF_PROG(on_number, struct file *file)
{
	seen = file->f_mode;
	return 0;
}

SEC(OPEN) int BPF_PROG(on_open, struct file *file)
{
	return file->f_mode == 1 ? -1 : 0;
}

char _license[] SEC("license") = "GPL";
