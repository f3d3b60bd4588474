// bcc#253, bcc#1737: a kprobe keeps a socket in a map, a kretprobe reads it
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct sock *);
} connecting SEC(".maps");

SEC("kprobe/tcp_v4_connect")
int BPF_KPROBE(entered, struct sock *sk)
{
	__u64 id = bpf_get_current_pid_tgid();

	bpf_map_update_elem(&connecting, &id, &sk, BPF_ANY);
	return 0;
}

SEC("kretprobe/tcp_v4_connect")
int BPF_KRETPROBE(left, int ret)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct sock **kept = bpf_map_lookup_elem(&connecting, &id);
	struct sock *sk;

	if (!kept)
		return 0;
	sk = *kept;
	bpf_printk("to %x", sk->__sk_common.skc_daddr);
	return 0;
}
char _license[] SEC("license") = "GPL";
