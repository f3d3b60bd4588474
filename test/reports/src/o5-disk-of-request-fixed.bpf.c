// bcc#3824, libbpf-tools biosnoop: the disk of a request has moved
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct request___x {
	struct gendisk *rq_disk;
} __attribute__((preserve_access_index));
int major;

SEC("tp_btf/block_rq_issue")
int BPF_PROG(issue, struct request *rq)
{
	if (bpf_core_field_exists(((struct request___x *)rq)->rq_disk))
		major = BPF_CORE_READ((struct request___x *)rq, rq_disk, major);
	else
		major = BPF_CORE_READ(rq, q, disk, major);
	return 0;
}
char _license[] SEC("license") = "GPL";
