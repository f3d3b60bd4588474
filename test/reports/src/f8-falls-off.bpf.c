// aya#1056, aya#1062: the last function never returns
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
static __noinline void die(__u32 code)
{
	bpf_printk("%d", code);
	__builtin_unreachable();
}

SEC("tc")
int checked(struct __sk_buff *skb)
{
	if (skb->len > 1500)
		die(1);
	return 0;
}
char _license[] SEC("license") = "GPL";
