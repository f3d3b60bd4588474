// littlesnitch-linux#5: a field that may be NULL is loaded once to check, once to use
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

__u16 family;

SEC("tp_btf/consume_skb")
int BPF_PROG(consumed, struct sk_buff *skb)
{
	if (!skb->sk)
		return 0;
	bpf_printk("%d", bpf_get_smp_processor_id());
	barrier();
	family = skb->sk->__sk_common.skc_family;
	return 0;
}
char _license[] SEC("license") = "GPL";
