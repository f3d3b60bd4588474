// libbpf-tools biolatency: the record of a tracepoint has another name since
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct trace_event_raw_block_rq_complete {
	__u64 common;
	__u32 dev;
	__u64 sector;
	__u32 nr_sector;
} __attribute__((preserve_access_index));
__u64 sectors;

SEC("tp/block/block_rq_complete")
int done(struct trace_event_raw_block_rq_complete *ctx)
{
	sectors += ctx->nr_sector;
	return 0;
}
char _license[] SEC("license") = "GPL";
