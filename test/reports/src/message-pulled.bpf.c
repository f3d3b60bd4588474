// Cilium, sockmap: the message is pulled after the pointers were read
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 gets;

SEC("sk_msg")
int look(struct sk_msg_md *msg)
{
	char *data = msg->data, *end = msg->data_end;

	if (data + 4 > end && bpf_msg_pull_data(msg, 0, 4, 0))
		return SK_PASS;
	if (data + 4 > end)
		return SK_PASS;
	if (bpf_msg_pull_data(msg, 0, 16, 0))
		return SK_PASS;
	gets += data[0] == 71;
	return SK_PASS;
}
char _license[] SEC("license") = "GPL";
