// bcc#3261, bpftrace: a tracepoint has one argument less than it had
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
__u64 issued;

SEC("tp_btf/block_rq_issue")
int BPF_PROG(issue, struct request_queue *q, struct request *rq)
{
	issued += rq->__data_len;
	return 0;
}
char _license[] SEC("license") = "GPL";
