// cgroup_skb questions: a field of a socket of which only a part may be read
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
__u32 last;

SEC("cgroup_skb/egress")
int out(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	if (sk)
		sk = bpf_sk_fullsock(sk);
	if (sk)
		last = sk->priority + sk->rx_queue_mapping;
	return 1;
}
char _license[] SEC("license") = "GPL";
