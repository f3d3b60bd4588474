// bpf list, "header options": the packet of a sockops program is read without a check
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
__u8 first;

SEC("sockops")
int options(struct bpf_sock_ops *skops)
{
	__u8 *header = skops->skb_data;

	first = header[13];
	return 1;
}
char _license[] SEC("license") = "GPL";
