// StackOverflow: a lock in a traced function
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct locked_count {
	struct bpf_spin_lock lock;
	__u64 n;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct locked_count);
} counts SEC(".maps");

SEC("kprobe/vfs_read")
int on_read(struct pt_regs *ctx)
{
	__u32 zero = 0;
	struct locked_count *c = bpf_map_lookup_elem(&counts, &zero);

	if (!c)
		return 0;
	bpf_spin_lock(&c->lock);
	c->n++;
	bpf_spin_unlock(&c->lock);
	return 0;
}
char _license[] SEC("license") = "GPL";
