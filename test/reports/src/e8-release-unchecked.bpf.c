// Whistler#43: socket is released without having been checked
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
SEC("tc")
int known(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk;

	tuple.ipv4.dport = 0x5000;
	sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), -1, 0);
	bpf_sk_release(sk);
	return 0;
}
char _license[] SEC("license") = "GPL";
