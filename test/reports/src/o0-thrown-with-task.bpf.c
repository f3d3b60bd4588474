// bpf list, "exceptions": an assertion fails while a task is held
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
extern void bpf_throw(__u64 cookie) __ksym;

SEC("tc")
int look(struct __sk_buff *skb)
{
	struct task_struct *task = bpf_task_from_pid(skb->mark);

	if (!task)
		return 0;
	if (task->flags & 4)
		bpf_throw(1);
	bpf_task_release(task);
	return 0;
}
char _license[] SEC("license") = "GPL";
