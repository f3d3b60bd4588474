// tracee#…, bcc#…: bpf_d_path() of a copy of the path
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
char name[256];

SEC("lsm/file_open")
int BPF_PROG(opened, struct file *file)
{
	struct path path;

	bpf_core_read(&path, sizeof(path), &file->f_path);
	bpf_d_path(&path, name, sizeof(name));
	return 0;
}
char _license[] SEC("license") = "GPL";
