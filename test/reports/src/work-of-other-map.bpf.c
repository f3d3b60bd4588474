// constructed: a work queue is initialised with the map that it does not lie in
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct job {
	struct bpf_wq work;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct job);
} jobs SEC(".maps"), later SEC(".maps");

extern int bpf_wq_init(struct bpf_wq *wq, void *p__map, unsigned int flags) __ksym;

SEC("tc")
int classify(struct __sk_buff *skb)
{
	__u32 key = skb->mark;
	struct job *job = bpf_map_lookup_elem(&jobs, &key);

	return job ? bpf_wq_init(&job->work, &later, 0) : 0;
}
char _license[] SEC("license") = "GPL";
