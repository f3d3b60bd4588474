// bpf list (7.3), "BPF_EXIT instruction in main prog cannot be used inside bpf_local_irq_save-ed region"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern void bpf_local_irq_save(unsigned long *flags) __ksym;
extern void bpf_local_irq_restore(unsigned long *flags) __ksym;
__u64 large;

SEC("tc")
int count(struct __sk_buff *skb)
{
	unsigned long flags;

	bpf_local_irq_save(&flags);
	if (skb->len < 1000)
		return 0;
	large++;
	bpf_local_irq_restore(&flags);
	return 0;
}
char _license[] SEC("license") = "GPL";
