// bcc#4156 and others: a struct that only a module has
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct xfs_inode {
	__u64 i_ino;
} __attribute__((preserve_access_index));
__u64 last;

SEC("kprobe/xfs_file_open")
int BPF_KPROBE(on_open, struct xfs_inode *ip)
{
	last = BPF_CORE_READ(ip, i_ino);
	return 0;
}
char _license[] SEC("license") = "GPL";
