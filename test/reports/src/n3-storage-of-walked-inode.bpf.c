// bpf list, "inode storage": the inode is reached through the dentry of a file that was read
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_INODE_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} seen SEC(".maps");

SEC("lsm/file_open")
int BPF_PROG(opened, struct file *file)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	__u64 *n = bpf_inode_storage_get(&seen, dentry->d_inode, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (n)
		(*n)++;
	return 0;
}
char _license[] SEC("license") = "GPL";
