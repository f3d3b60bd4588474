// tracee#1091, KubeArmor#305: offset is masked, but the length comes on top
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#define SIZE 16384

struct record {
	__u32 used;
	char data[SIZE];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct record);
} records SEC(".maps");

SEC("kprobe/do_sys_openat2")
int BPF_KPROBE(opened, int dfd, const char *name)
{
	__u32 key = 0;
	struct record *r = bpf_map_lookup_elem(&records, &key);

	if (!r)
		return 0;
	bpf_probe_read_user(&r->data[r->used & (SIZE - 1)], 256, name);
	return 0;
}
char _license[] SEC("license") = "GPL";
