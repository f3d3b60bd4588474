// StackOverflow: the name of a file is copied from its dentry with the wrong function
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
char name[64];

SEC("lsm/file_open")
int BPF_PROG(on_open, struct file *file)
{
	const unsigned char *from = file->f_path.dentry->d_name.name;

	__builtin_memcpy(name, from, 16);
	return 0;
}
char _license[] SEC("license") = "GPL";
