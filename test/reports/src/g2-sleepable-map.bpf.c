// pulsar#170: a sleepable program keeps prefixes
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct prefix {
	__u32 len;
	__u32 address;
};
struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 64);
	__uint(key_size, 4);
	__uint(value_size, 64);
} stacks SEC(".maps");

SEC("lsm.s/file_open")
int BPF_PROG(opened, struct file *file)
{
	bpf_printk("%d", bpf_get_stackid(ctx, &stacks, 0));
	return 0;
}
char _license[] SEC("license") = "GPL";
