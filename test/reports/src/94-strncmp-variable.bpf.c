// bpf mailing list: bpf_strncmp() against a string that is not constant
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[16]);
} wanted SEC(".maps");
int hit;

SEC("kprobe/do_exit")
int match(struct pt_regs *ctx)
{
	char comm[16];
	__u32 key = 0;
	char *w = bpf_map_lookup_elem(&wanted, &key);

	if (!w)
		return 0;
	bpf_get_current_comm(comm, sizeof(comm));
	hit = bpf_strncmp(comm, sizeof(comm), w);
	return 0;
}
char _license[] SEC("license") = "GPL";
