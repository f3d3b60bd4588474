// constructed: a function that the compiler puts in place returns early with the socket that it looked up
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

static __always_inline int is_known(struct __sk_buff *skb, struct bpf_sock_tuple *tuple)
{
	struct bpf_sock *found = bpf_skc_lookup_tcp(skb, tuple, sizeof(tuple->ipv4), -1, 0);

	if (!found)
		return 0;
	if (found->state == 10)
		return 2;
	bpf_sk_release(found);
	return 1;
}

SEC("tc")
int watch(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};

	tuple.ipv4.daddr = skb->mark;
	if (is_known(skb, &tuple) == 0)
		return 2;
	return 0;
}
char _license[] SEC("license") = "GPL";
