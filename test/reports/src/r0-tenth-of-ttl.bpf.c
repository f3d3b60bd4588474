// constructed: the compiler knows how large a quotient can be, the verifier does not; the check in C is not in the object
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

__u64 by_ttl[26];

static __always_inline void count(__u32 slot)
{
	by_ttl[slot]++;
}

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
	if (ip->version != 4 ||
	    tenth >= sizeof(by_ttl) / sizeof(by_ttl[0]))
		return 2;
	count(tenth);
	return 2;
}
char _license[] SEC("license") = "GPL";
