// google/ghost-userspace#31: the index that is checked is not the one used
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct arr {
	__u64 e[64];
};
struct info {
	__u32 index;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u64);
	__type(value, struct info);
} lookup SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct arr);
} data SEC(".maps");

SEC("kprobe/do_exit")
int get(struct pt_regs *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 zero = 0;
	struct info *i = bpf_map_lookup_elem(&lookup, &id);
	struct arr *a;

	if (!i || i->index >= 64)
		return 0;
	a = bpf_map_lookup_elem(&data, &zero);
	if (!a)
		return 0;
	return a->e[i->index];
}
char _license[] SEC("license") = "GPL";
