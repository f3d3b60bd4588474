// bpf list, bpf_snprintf: the format is a local array
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
char line[64];

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	char fmt[] = "%d forked %d";
	__u64 args[2] = { parent->tgid, child->tgid };

	bpf_snprintf(line, sizeof(line), fmt, args, sizeof(args));
	return 0;
}
char _license[] SEC("license") = "GPL";
