// StackOverflow and Tetragon: the name of the parent is compared in place
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 by_init;

static bool is_init(struct task_struct *task)
{
	struct task_struct *parent = task->real_parent;
	char copy[sizeof(parent->comm)];

	if (!parent)
		return false;
	bpf_probe_read_kernel_str(copy, sizeof(copy), parent->comm);
	return bpf_strncmp(copy, 7, "systemd") == 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *p, pid_t old_pid, struct linux_binprm *bprm)
{
	if (is_init(p))
		by_init++;
	return 0;
}
char _license[] SEC("license") = "GPL";
