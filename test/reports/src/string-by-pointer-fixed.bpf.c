// learning-ebpf: const char * in .rodata is given to a map as value
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, char[12]);
} messages SEC(".maps");
const char greeting[12] = "hello world";

SEC("kprobe/__x64_sys_execve")
int hello(struct pt_regs *ctx)
{
	__u32 uid = bpf_get_current_uid_gid();

	bpf_map_update_elem(&messages, &uid, greeting, BPF_ANY);
	return 0;
}
char _license[] SEC("license") = "GPL";
