// parttimenerd/ebpf-verifier-errors#3: what a lookup returns is not checked
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, char[16]);
	__type(value, __u32);
} opens SEC(".maps");

SEC("kprobe/do_sys_openat2")
int opening(struct pt_regs *ctx)
{
	char comm[16];
	__u32 *counter;

	bpf_get_current_comm(comm, sizeof(comm));
	counter = bpf_map_lookup_elem(&opens, comm);
	*counter = *counter + 1;
	return 0;
}
char _license[] SEC("license") = "GPL";
