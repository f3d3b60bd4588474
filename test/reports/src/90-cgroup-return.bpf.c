// cilium: cgroup/connect4 program returns -1
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

SEC("cgroup/connect4")
int deny(struct bpf_sock_addr *ctx)
{
	if (ctx->user_port == bpf_htons(25))
		return -1;
	return 1;
}
char _license[] SEC("license") = "GPL";
