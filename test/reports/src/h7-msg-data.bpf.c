// sockmap#5169: sk_msg program reads beyond what it compared
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
SEC("sk_msg")
int verdict(struct sk_msg_md *msg)
{
	char *data = msg->data;

	return data[0] == 'G' ? SK_PASS : SK_DROP;
}
char _license[] SEC("license") = "GPL";
