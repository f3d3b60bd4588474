// bpf list, "bpf_iter_num in one branch": the loop is set up only where there is a limit
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
__u32 limit;
__u64 sum;

SEC("tc")
int add_up(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	int *i;

	if (limit)
		bpf_iter_num_new(&it, 0, limit);
	while ((i = bpf_iter_num_next(&it)))
		sum += *i;
	bpf_iter_num_destroy(&it);
	return 0;
}
char _license[] SEC("license") = "GPL";
