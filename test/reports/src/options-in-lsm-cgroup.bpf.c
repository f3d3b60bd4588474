// LSM cgroup questions: an option is set where a socket is bound
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
SEC("lsm_cgroup/socket_bind")
int BPF_PROG(on_bind, struct socket *sock, struct sockaddr *address, int addrlen)
{
	int one = 1;

	bpf_setsockopt(sock->sk, 1, 9, &one, sizeof(one));
	return 1;
}
char _license[] SEC("license") = "GPL";
