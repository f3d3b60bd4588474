// StackOverflow, "R1 invalid mem access sock_common_or_null"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 v4;

SEC("tc")
int count(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	v4 += sk->family == 2;
	return 0;
}
char _license[] SEC("license") = "GPL";
