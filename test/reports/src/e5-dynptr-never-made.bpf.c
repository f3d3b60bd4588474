// falcosecurity/libs#3026: a dynptr is read before anything made it
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
SEC("tc")
int first(struct __sk_buff *skb)
{
	struct bpf_dynptr packet;
	__u32 word = 0;

	bpf_dynptr_read(&word, sizeof(word), &packet, 0, 0);
	return word;
}
char _license[] SEC("license") = "GPL";
