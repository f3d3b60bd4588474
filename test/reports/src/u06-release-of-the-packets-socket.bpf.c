// Cilium and StackOverflow questions on bpf_sk_release: the packet's own socket is released as a looked-up one is
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
__u64 listening;

SEC("tc")
int steer(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	struct bpf_sock_tuple tuple = {};

	if (!sk) {
		tuple.ipv4.daddr = bpf_htonl(0x7f000001);
		tuple.ipv4.dport = bpf_htons(8080);
		sk = bpf_skc_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
		if (!sk)
			return 0;
	}
	if (sk->state == BPF_TCP_LISTEN)
		listening++;
	bpf_sk_release(sk);
	return 0;
}
char _license[] SEC("license") = "GPL";
