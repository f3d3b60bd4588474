// bpftrace#2279: bpf_d_path() in fentry of vfs_open
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char buf[64];

SEC("fentry/vfs_open")
int BPF_PROG(opened, struct path *path, struct file *file)
{
	bpf_d_path(path, buf, sizeof(buf));
	return 0;
}
char _license[] SEC("license") = "GPL";
