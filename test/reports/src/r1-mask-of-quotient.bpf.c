// constructed: a mask that does nothing by what the compiler knows stands on a line of its own, of which nothing is left
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

__u64 by_ttl[32];

SEC("xdp")
int count_ttl(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	__u32 tenth;

	if ((void *)(ip + 1) > end)
		return 2;
	tenth = ip->ttl / 10;
	/* never more than 25, and masked to be sure */
	tenth &= 31;
	by_ttl[tenth]++;
	return 2;
}
char _license[] SEC("license") = "GPL";
