// StackOverflow and bcc: two names are compared as in user space
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
int memcmp(const void *a, const void *b, unsigned long n) __attribute__((nothrow));
char watched[16];
__u64 matches;

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *p)
{
	char comm[16];

	bpf_get_current_comm(comm, sizeof(comm));
	if (memcmp(comm, watched, p->comm[0] & 15) == 0)
		matches++;
	return 0;
}
char _license[] SEC("license") = "GPL";
