// kmesh#1050: sock_ops program clears the address to refuse a connection
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
SEC("sockops")
int refuse(struct bpf_sock_ops *ctx)
{
	if (ctx->op == BPF_SOCK_OPS_TCP_CONNECT_CB)
		ctx->remote_ip4 = 0;
	return 1;
}
char _license[] SEC("license") = "GPL";
