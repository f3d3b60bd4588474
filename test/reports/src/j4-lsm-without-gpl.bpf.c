// libbpf-rs#…: an LSM program under a licence of its own
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
__u64 opened;

SEC("lsm/file_open")
int BPF_PROG(count_opens, struct file *file)
{
	opened++;
	return 0;
}
char _license[] SEC("license") = "Apache-2.0";
