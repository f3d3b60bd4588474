// bpf list, "dynptr from a local buffer": bpf_dynptr_from_mem() of a variable on the stack
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
__u8 first;

SEC("tc")
int copy(struct __sk_buff *skb)
{
	char buf[64] = {};
	struct bpf_dynptr ptr;

	if (bpf_skb_load_bytes(skb, 0, buf, sizeof(buf)))
		return 0;
	if (bpf_dynptr_from_mem(buf, sizeof(buf), 0, &ptr))
		return 0;
	bpf_dynptr_read(&first, 1, &ptr, 4, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
