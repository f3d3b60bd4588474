// as 70b: the packet's own address and port by fields of the context, in tc
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
__u64 mine;

SEC("tc")
int to_me(struct __sk_buff *skb)
{
	if (skb->family == 2 && skb->local_port == 8080)
		mine++;
	return 0;
}
char _license[] SEC("license") = "GPL";
