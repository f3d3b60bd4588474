// sockmap questions: the helper for a sockmap is given a sockhash
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} peers SEC(".maps");

SEC("sk_skb/stream_verdict")
int pass_on(struct __sk_buff *skb)
{
	return bpf_sk_redirect_map(skb, &peers, skb->local_port, 0);
}
char _license[] SEC("license") = "GPL";
