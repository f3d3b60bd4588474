// cgroup/setsockopt questions: the option is accepted as getsockopt does it
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
SEC("cgroup/setsockopt")
int accept_it(struct bpf_sockopt *ctx)
{
	if (ctx->level == 6 && ctx->optname == 13)
		ctx->retval = 0;
	return 1;
}
char _license[] SEC("license") = "GPL";
