// scx#810 (after): an index that may be one too many, and a call that takes a member of the element
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct domain {
	__u64 id;
	__u64 mask[128];
	__u64 load;
};
struct domain domains[2];

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} previous SEC(".maps");

SEC("tp_btf/sched_switch")
int BPF_PROG(switched, bool preempt, struct task_struct *prev)
{
	__u32 zero = 0, *at = bpf_map_lookup_elem(&previous, &zero);

	if (!at || *at >= 2)
		return 0;
	return bpf_probe_read_kernel(domains[*at].mask, sizeof(domains[0].mask), prev->cpus_ptr);
}
char _license[] SEC("license") = "GPL";
