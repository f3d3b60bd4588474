// inspektor-gadget/tracee: a kprobe gives an untyped pointer to a kfunc/helper that wants a socket
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

__u32 cwnd;

SEC("kprobe/tcp_sendmsg")
int BPF_KPROBE(sent, struct sock *sk)
{
	struct bpf_sock *s = (void *)sk;

	cwnd = bpf_get_socket_cookie(s);
	return 0;
}
char _license[] SEC("license") = "GPL";
