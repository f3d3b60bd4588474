// aya#268: the value of a socket option is read without its end, mended as advised
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
SEC("cgroup/setsockopt")
int limit(struct bpf_sockopt *ctx)
{
	int *value = ctx->optval;

	if (ctx->optval + 4 > ctx->optval_end)
		return 1;
	if (ctx->level == 1 && ctx->optname == 8 && *value > 1 << 20)
		return 0;
	return 1;
}
char _license[] SEC("license") = "GPL";
