// beyla#…, tracee#…: a per-CPU scratch buffer of 64 KiB
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct scratch {
	char bytes[65536];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

SEC("kprobe/vfs_write")
int written(struct pt_regs *ctx)
{
	__u32 key = 0;
	struct scratch *s = bpf_map_lookup_elem(&scratches, &key);

	if (s)
		bpf_probe_read_kernel(s->bytes, 128, (void *)ctx->si);
	return 0;
}
char _license[] SEC("license") = "GPL";
