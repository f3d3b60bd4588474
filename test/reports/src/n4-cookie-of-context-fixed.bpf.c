// cilium/pwru#…: the cookie of a socket is asked of the context of a tracing program
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
__u64 cookie;

SEC("fentry/tcp_connect")
int BPF_PROG(connects, struct sock *sk)
{
	cookie = bpf_get_socket_cookie(sk);
	return 0;
}
char _license[] SEC("license") = "GPL";
