// bpf list, "bpf_preempt_disable-ed region(s) are missing": left by a return in between
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("tc")
int count(struct __sk_buff *skb)
{
	__u32 zero = 0;
	__u64 *n;

	bpf_preempt_disable();
	n = bpf_map_lookup_elem(&counts, &zero);
	if (!n)
		return 0;
	*n += skb->len;
	bpf_preempt_enable();
	return 0;
}
char _license[] SEC("license") = "GPL";
