// pwru and retis questions: a header of the packet that was dropped
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr__uninit) __ksym;
__u64 tcp;

SEC("tp_btf/kfree_skb")
int BPF_PROG(on_drop, struct sk_buff *skb, void *location)
{
	struct iphdr ip;
	struct bpf_dynptr ptr;

	if (bpf_dynptr_from_skb((struct __sk_buff *)skb, 0, &ptr) || bpf_dynptr_read(&ip, sizeof(ip), &ptr, 0, 0))
		return 0;
	if (ip.protocol == 6)
		tcp++;
	return 0;
}
char _license[] SEC("license") = "GPL";
