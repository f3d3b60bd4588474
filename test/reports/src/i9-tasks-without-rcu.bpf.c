// bpf list, "open-coded task iterator in sleepable program": tasks are walked outside an RCU section
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task, unsigned int flags) __ksym;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym;
extern void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym;
__u64 kthreads;

SEC("lsm.s/bprm_committed_creds")
int BPF_PROG(asked, struct linux_binprm *bprm)
{
	struct bpf_iter_task it;
	struct task_struct *pos;

	bpf_iter_task_new(&it, NULL, 0);
	while ((pos = bpf_iter_task_next(&it)))
		if (pos->flags & 0x200000)
			kthreads++;
	bpf_iter_task_destroy(&it);
	return 0;
}
char _license[] SEC("license") = "GPL";
