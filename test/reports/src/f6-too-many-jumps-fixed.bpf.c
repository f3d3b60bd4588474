// cilium#13995, cilium#5130: a loop forks at each turn, mended as advised
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
SEC("tc")
int sum(struct __sk_buff *skb)
{
	__u64 n = 0;
	__u32 i;

	bpf_for(i, 0, 20000)
		if (bpf_get_prandom_u32() > i)
			n += i;
	return n & 1;
}
char _license[] SEC("license") = "GPL";
