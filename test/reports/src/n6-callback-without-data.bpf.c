// Stack Overflow, bpf_loop(): the callback goes through a pointer that was passed as NULL
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct running {
	__u64 sum;
};

static long add(__u32 i, struct running *s)
{
	s->sum += i;
	return 0;
}

SEC("tc")
int run(struct __sk_buff *skb)
{
	bpf_loop(skb->len & 15, add, NULL, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
