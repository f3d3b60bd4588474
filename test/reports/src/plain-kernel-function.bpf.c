// libbpf questions: any function of the kernel is declared __ksym
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern struct task_struct *find_task_by_vpid(int nr) __ksym;
__u32 wanted;
__u64 found;

SEC("tc")
int look(struct __sk_buff *skb)
{
	if (find_task_by_vpid(wanted))
		found++;
	return 0;
}
char _license[] SEC("license") = "GPL";
