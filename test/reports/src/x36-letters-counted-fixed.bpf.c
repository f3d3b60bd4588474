// StackOverflow: a char, which has a sign, is the index
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 letters[128];
char name[16];

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *p, pid_t old_pid, struct linux_binprm *bprm)
{
	__u8 first;

	bpf_get_current_comm(name, sizeof(name));
	first = name[0];
	if (first < sizeof(letters) / sizeof(letters[0]))
		letters[first]++;
	return 0;
}
char _license[] SEC("license") = "GPL";
