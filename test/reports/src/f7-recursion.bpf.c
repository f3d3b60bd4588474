// aya#1056: a function calls itself
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
static __noinline int depth(volatile __u32 *left)
{
	if (!*left)
		return 0;
	*left -= 1;
	return depth(left) * 2 + depth(left);
}

SEC("tc")
int measure(struct __sk_buff *skb)
{
	volatile __u32 left = skb->len;

	return depth(&left);
}
char _license[] SEC("license") = "GPL";
