// rsched#4: a histogram slot may be MAX_SLOTS
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct hist {
	__u64 slots[64];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct hist);
} h SEC(".maps");

SEC("kprobe/do_exit")
int note(struct pt_regs *ctx)
{
	__u32 zero = 0;
	struct hist *hist = bpf_map_lookup_elem(&h, &zero);
	__u64 slot = bpf_get_current_pid_tgid();

	if (!hist)
		return 0;
	if (slot > 64)
		return 0;
	__sync_fetch_and_add(&hist->slots[slot], 1);
	return 0;
}
char _license[] SEC("license") = "GPL";
