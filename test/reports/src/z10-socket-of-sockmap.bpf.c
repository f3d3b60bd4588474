// cloudflare/tubular and others: a socket that was looked up in a sockmap is assigned, and not released
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} listeners SEC(".maps");

SEC("sk_lookup")
int dispatch(struct bpf_sk_lookup *ctx)
{
	__u32 key = ctx->local_port & 15;
	struct bpf_sock *sk;
	long err;

	if (ctx->protocol != 6)
		return 1;
	sk = bpf_map_lookup_elem(&listeners, &key);
	if (!sk)
		return 1;
	err = bpf_sk_assign(ctx, sk, 0);
	return err ? 0 : 1;
}
char _license[] SEC("license") = "GPL";
