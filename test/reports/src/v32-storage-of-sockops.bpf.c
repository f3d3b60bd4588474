// Cilium, sockops questions: storage of the socket that sock_ops is about
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct rtt {
	__u32 first, last;
};
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct rtt);
} rtts SEC(".maps");

SEC("sockops")
int on_rtt(struct bpf_sock_ops *skops)
{
	struct rtt *r;

	if (skops->op != BPF_SOCK_OPS_RTT_CB)
		return 1;
	r = bpf_sk_storage_get(&rtts, skops->sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!r)
		return 1;
	r->last = skops->srtt_us;
	return 1;
}
char _license[] SEC("license") = "GPL";
