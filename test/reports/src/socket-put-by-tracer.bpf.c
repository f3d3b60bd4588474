// Cilium questions: sockets go into a sockmap where they are accepted
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} socks SEC(".maps");

SEC("fexit/inet_csk_accept")
int BPF_PROG(on_accept, struct sock *listener, void *arg, struct sock *sk)
{
	__u32 zero = 0;

	if (sk)
		bpf_map_update_elem(&socks, &zero, sk, BPF_ANY);
	return 0;
}
char _license[] SEC("license") = "GPL";
