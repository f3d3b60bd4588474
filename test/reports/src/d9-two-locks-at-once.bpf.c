// ebpf-docs#24: a second lock is taken while the first is held
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct purse {
	struct bpf_spin_lock lock;
	__u64 amount;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct purse);
} accounts SEC(".maps");

SEC("tc")
int move_amount(struct __sk_buff *skb)
{
	__u32 from = 0, to = 1;
	struct purse *a = bpf_map_lookup_elem(&accounts, &from);
	struct purse *b = bpf_map_lookup_elem(&accounts, &to);

	if (!a || !b)
		return 0;
	bpf_spin_lock(&a->lock);
	bpf_spin_lock(&b->lock);
	a->amount--;
	b->amount++;
	bpf_spin_unlock(&b->lock);
	bpf_spin_unlock(&a->lock);
	return 0;
}
char _license[] SEC("license") = "GPL";
