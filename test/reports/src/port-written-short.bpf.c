// Cilium, connect4: the port has two bytes, so two are written
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
SEC("cgroup/connect4")
int redirect(struct bpf_sock_addr *ctx)
{
	*(volatile __u16 *)&ctx->user_port = __builtin_bswap16(8080);
	return 1;
}
char _license[] SEC("license") = "GPL";
