// cilium#13995, cilium#5130: a loop forks at each turn
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
SEC("tc")
int sum(struct __sk_buff *skb)
{
	__u64 n = 0;
	__u32 i;

	for (i = 0; i < 20000; i++)
		if (bpf_get_prandom_u32() > i)
			n += i;
	return n & 1;
}
char _license[] SEC("license") = "GPL";
