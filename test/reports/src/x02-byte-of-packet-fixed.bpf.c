// bpftrace#3465: a byte of the packet's data where it was dropped
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u8 version;

SEC("tp_btf/kfree_skb")
int BPF_PROG(on_drop, struct sk_buff *skb, void *location)
{
	unsigned char *network = skb->head + skb->network_header;

	bpf_probe_read_kernel(&version, sizeof(version), network);
	version >>= 4;
	return 0;
}
char _license[] SEC("license") = "GPL";
