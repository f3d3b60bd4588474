// LSM questions: the inode of a file by way of fields, given to a helper
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_INODE_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} marks SEC(".maps");

SEC("lsm/file_open")
int BPF_PROG(on_open, struct file *file)
{
	__u64 *n = bpf_inode_storage_get(&marks, file->f_path.dentry->d_inode, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	*n += 1;
	return 0;
}
char _license[] SEC("license") = "GPL";
