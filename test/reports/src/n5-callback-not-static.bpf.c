// bpf list, "callback function not static": the callback is a global function
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
__u64 sum;

long add(__u32 i, void *data)
{
	sum += i;
	return 0;
}

SEC("tc")
int run(struct __sk_buff *skb)
{
	bpf_loop(10, add, NULL, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
