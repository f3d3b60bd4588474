// LSM questions: a positive number refuses
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
SEC("lsm/inode_unlink")
int BPF_PROG(refuse, struct inode *dir, struct dentry *victim)
{
	return 13;
}
char _license[] SEC("license") = "GPL";
