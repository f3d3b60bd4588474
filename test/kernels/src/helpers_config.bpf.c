// helpers that a kernel has only if built with an option: bpf_override_return (CONFIG_BPF_KPROBE_OVERRIDE: 6.12s),
// bpf_skb_cgroup_classid (CONFIG_CGROUP_NET_CLASSID: the others) and those of CONFIG_SYN_COOKIES
#include "c.h"
SEC("kprobe")
int BPF_KPROBE(override) { bpf_override_return(ctx, 0); return 0; }
SEC("kprobe")
int BPF_KPROBE(override_ctx) { bpf_override_return((void *)(unsigned long)1, 0); return 0; }
SEC("tc")
int classid(struct __sk_buff *skb) { return bpf_skb_cgroup_classid(skb); }
SEC("tc")
int classid_of_route(struct __sk_buff *skb) { return bpf_get_cgroup_classid(skb); }
SEC("tc")
int cgroup_of_skb(struct __sk_buff *skb) { return bpf_skb_cgroup_id(skb); }
SEC("cgroup/connect4")
int current_classid(struct bpf_sock_addr *ctx) { return bpf_get_cgroup_classid((void *)ctx) != 5; }
SEC("xdp")
int cookie(struct xdp_md *ctx)
{
	struct iphdr ip = {}; struct tcphdr tcp = {};
	return bpf_tcp_raw_check_syncookie_ipv4(&ip, &tcp);
}
