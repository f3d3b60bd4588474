// sk_lookup questions: the socket that was found is assigned, and that is it
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
SEC("sk_lookup")
int steer(struct bpf_sk_lookup *ctx)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk;
	long err;

	tuple.ipv4.daddr = ctx->local_ip4;
	tuple.ipv4.dport = bpf_htons(8080);
	sk = bpf_sk_lookup_tcp(ctx, &tuple, sizeof(tuple.ipv4), -1, 0);
	if (!sk)
		return SK_PASS;
	err = bpf_sk_assign(ctx, sk, 0);
	return err ? SK_DROP : SK_PASS;
}
char _license[] SEC("license") = "GPL";
