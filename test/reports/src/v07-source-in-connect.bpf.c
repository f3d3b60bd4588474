// Cilium and StackOverflow questions: the source address is chosen where a socket connects
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
const volatile __u32 source = 0x0100007f;

SEC("cgroup/connect4")
int choose(struct bpf_sock_addr *ctx)
{
	if (ctx->type != 1)
		return 1;
	ctx->msg_src_ip4 = source;
	return 1;
}
char _license[] SEC("license") = "GPL";
