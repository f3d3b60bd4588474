// scx questions: .init is SEC("struct_ops/…"), and makes a queue
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern int scx_bpf_create_dsq(__u64 dsq_id, __s32 node) __ksym;

SEC("struct_ops/demo_init")
int BPF_PROG(demo_init)
{
	return scx_bpf_create_dsq(7, -1);
}

SEC(".struct_ops.link")
struct sched_ext_ops demo = {
	.init = (void *)demo_init,
	.name = "demo",
};
char _license[] SEC("license") = "GPL";
