// scx reviews: bpf_for() up to a number that user space sets
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;
struct percpu_load {
	__u64 load;
	__u64 since;
};
struct percpu_load cpus[128];
__u32 nr_cpus;
__u64 total;

SEC("tc")
int sum(struct __sk_buff *skb)
{
	int i;

	bpf_for(i, 0, nr_cpus)
		total += cpus[i].load;
	return 0;
}
char _license[] SEC("license") = "GPL";
