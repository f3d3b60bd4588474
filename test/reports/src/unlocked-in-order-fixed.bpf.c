// 7.3: two resilient locks are given back in the order in which they were taken
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern int bpf_res_spin_lock(struct bpf_res_spin_lock *lock) __ksym;
extern void bpf_res_spin_unlock(struct bpf_res_spin_lock *lock) __ksym;
struct counted {
	struct bpf_res_spin_lock lock;
	__u64 n;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct counted);
} counts SEC(".maps");

SEC("tc")
int move(struct __sk_buff *skb)
{
	__u32 zero = 0, one = 1;
	struct counted *a = bpf_map_lookup_elem(&counts, &zero);
	struct counted *b = bpf_map_lookup_elem(&counts, &one);

	if (!a || !b)
		return 0;
	if (bpf_res_spin_lock(&a->lock))
		return 0;
	if (bpf_res_spin_lock(&b->lock)) {
		bpf_res_spin_unlock(&a->lock);
		return 0;
	}
	a->n--;
	b->n++;
	bpf_res_spin_unlock(&b->lock);
	bpf_res_spin_unlock(&a->lock);
	return 0;
}
char _license[] SEC("license") = "GPL";
