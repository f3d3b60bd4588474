// scx#: built with the header of a later kernel, which has more operations
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct sched_ext_ops___later {
	void (*enqueue)(struct task_struct *p, u64 enq_flags);
	void (*cgroup_set_bandwidth)(struct cgroup *cgrp, u64 period_us, u64 quota_us, u64 burst_us);
	char name[128];
};
__u64 quota;

SEC("struct_ops/demo_bandwidth")
void BPF_PROG(demo_bandwidth, struct cgroup *cgrp, u64 period_us, u64 quota_us, u64 burst_us)
{
	quota = quota_us;
}

SEC(".struct_ops.link")
struct sched_ext_ops___later demo = {
	.cgroup_set_bandwidth = (void *)demo_bandwidth,
	.name = "demo",
};
char _license[] SEC("license") = "GPL";
