// retis#…, pwru: a socket’s address chooses the bucket
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
__u64 buckets[1024];

SEC("tp_btf/tcp_probe")
int BPF_PROG(probed, struct sock *sk)
{
	__u64 bucket = ((__u64)sk >> 6) & 1023;

	buckets[bucket]++;
	return 0;
}
char _license[] SEC("license") = "GPL";
