// scx reviews: the inner loop uses the iterator of the outer one
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
__u64 pairs;

SEC("tc")
int count(struct __sk_buff *skb)
{
	struct bpf_iter_num it, within;
	int *i, *j;

	bpf_iter_num_new(&it, 0, 8);
	while ((i = bpf_iter_num_next(&it))) {
		bpf_iter_num_new(&within, *i, 8);
		while ((j = bpf_iter_num_next(&within)))
			pairs++;
		bpf_iter_num_destroy(&within);
	}
	bpf_iter_num_destroy(&it);
	return 0;
}
char _license[] SEC("license") = "GPL";
