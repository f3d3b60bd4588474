// cilium/ebpf discussion: the socket that a look-up returns is read as the kernel's own struct
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
__u32 window;

SEC("tc")
int look(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk;

	tuple.ipv4.dport = 0x5000;
	sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (!sk)
		return 0;
	window = ((struct tcp_sock *)sk)->snd_cwnd;
	bpf_sk_release(sk);
	return 0;
}
char _license[] SEC("license") = "GPL";
