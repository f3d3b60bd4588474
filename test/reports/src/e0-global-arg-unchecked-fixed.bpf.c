// scx#2668: pointer argument of a global function is used without a check, mended as advised
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct ring {
	__u32 head;
	__u32 slots[16];
};

__noinline int push(struct ring *r __arg_nonnull, __u32 what)
{
	r->slots[r->head++ & 15] = what;
	return 0;
}

SEC("tc")
int account(struct __sk_buff *skb)
{
	struct ring r = {};

	push(&r, skb->len);
	push(&r, skb->mark);
	return r.head;
}
char _license[] SEC("license") = "GPL";
