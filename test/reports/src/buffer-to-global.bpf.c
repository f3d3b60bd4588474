// cilium/ebpf discussions, "invalid access to memory, mem_size=1": a buffer is given to a function that is not static
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 found;

__noinline int is_get(const char *text)
{
	if (!text)
		return 0;
	return text[0] == 71 && text[1] == 69 && text[2] == 84;
}

SEC("tc")
int look(struct __sk_buff *skb)
{
	char text[8] = {};

	if (bpf_skb_load_bytes(skb, 54, text, sizeof(text)))
		return 0;
	found += is_get(text);
	return 0;
}
char _license[] SEC("license") = "GPL";
