// constructed: a global function that writes through one parameter what it reads through another
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct event {
	__u32 length;
	__u32 mark;
};

__noinline int fill(struct event *e, struct __sk_buff *skb)
{
	e->length = skb->len;
	return 0;
}

SEC("tc")
int classify(struct __sk_buff *skb)
{
	struct event e = {};

	fill(&e, skb);
	return e.length;
}
char _license[] SEC("license") = "GPL";
