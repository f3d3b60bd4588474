// bcc#2467: the length read is bounded by another size than the buffer
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

SEC("kprobe/udp_sendmsg")
int BPF_KPROBE(sent, struct sock *sk, struct msghdr *msg, size_t len)
{
	char head[64];

	if (len > 4096)
		return 0;
	bpf_probe_read_kernel(head, len, msg);
	return head[0];
}
char _license[] SEC("license") = "GPL";
