// bpf list (7.3): the flags are kept in a global variable, as one is used to from the kernel
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern void bpf_local_irq_save(unsigned long *flags) __ksym;
extern void bpf_local_irq_restore(unsigned long *flags) __ksym;
unsigned long flags;
__u64 every;

SEC("tc")
int count(struct __sk_buff *skb)
{
	bpf_local_irq_save(&flags);
	every++;
	bpf_local_irq_restore(&flags);
	return 0;
}
char _license[] SEC("license") = "GPL";
