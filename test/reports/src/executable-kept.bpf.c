// bpf list, bpf_get_task_exe_file(): the file is looked at and forgotten
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern struct file *bpf_get_task_exe_file(struct task_struct *task) __ksym;
extern void bpf_put_file(struct file *file) __ksym;
__u64 mode;

SEC("lsm.s/file_open")
int BPF_PROG(note, struct file *file)
{
	struct file *exe = bpf_get_task_exe_file(bpf_get_current_task_btf());

	if (!exe)
		return 0;
	if (exe->f_mode & 2)
		return 0;
	mode++;
	bpf_put_file(exe);
	return 0;
}
char _license[] SEC("license") = "GPL";
