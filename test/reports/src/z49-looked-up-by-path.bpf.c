// StackOverflow: a name given to a system call is the key of a map
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, char[32]);
	__type(value, __u64);
} watched SEC(".maps");

SEC("kprobe/do_sys_openat2")
int BPF_KPROBE(on_open, int dfd, const char *filename)
{
	__u64 *count = bpf_map_lookup_elem(&watched, filename);

	if (count)
		__sync_fetch_and_add(count, 1);
	return 0;
}
char _license[] SEC("license") = "GPL";
