// sets of kfuncs that share members, and filters (7.3): a qdisc's kfuncs are no other program's, for all that bpf_dynptr_from_skb is in
// both sets; a socket is sent to from any LSM hook but the one that sending comes by
#include "c.h"
struct bpf_ksock { int x; };
struct bpf_sk_buff_ptr { int x; };
extern u32 bpf_skb_get_hash(struct sk_buff *skb) __ksym __weak;
extern void bpf_qdisc_skb_drop(struct sk_buff *skb, struct bpf_sk_buff_ptr *to_free) __ksym __weak;
extern struct bpf_ksock *bpf_ksock_acquire(struct bpf_ksock *sock) __ksym __weak;

SEC("tc")
int hash_in_tc(struct __sk_buff *ctx) { return bpf_skb_get_hash((void *)ctx); }
SEC("tp_btf/kfree_skb")
int BPF_PROG(hash_in_tracing, struct sk_buff *skb) { return bpf_skb_get_hash(skb); }

SEC("struct_ops/enqueue")
int BPF_PROG(q_enqueue, struct sk_buff *skb, struct Qdisc *sch, struct bpf_sk_buff_ptr *to_free)
{
	u32 hash = bpf_skb_get_hash(skb);
	bpf_qdisc_skb_drop(skb, to_free);
	return hash ? 1 : 2;
}
SEC("struct_ops/reset")
void BPF_PROG(q_reset, struct Qdisc *sch) { bpf_qdisc_skb_drop(0, 0); }
SEC(".struct_ops.link") struct Qdisc_ops qops = { .enqueue = (void *)q_enqueue, .reset = (void *)q_reset, .id = "x" };

SEC("lsm/file_open")
int BPF_PROG(ksock_at_file_open, struct file *file) { bpf_ksock_acquire((void *)file); return 0; }
SEC("lsm/socket_sendmsg")
int BPF_PROG(ksock_at_sendmsg, struct socket *sock) { bpf_ksock_acquire((void *)sock); return 0; }
