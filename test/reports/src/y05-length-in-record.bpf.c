// retis#320: the length is put into the record, and taken from there
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct packet {
	__u32 len;
	__u8 data[256];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct packet);
} packets SEC(".maps");

SEC("kprobe/kfree_skb_reason")
int BPF_KPROBE(on_drop, struct sk_buff *skb)
{
	__u32 zero = 0;
	struct packet *e = bpf_map_lookup_elem(&packets, &zero);
	unsigned char *head = BPF_CORE_READ(skb, head);
	__u16 mac = BPF_CORE_READ(skb, mac_header);

	if (!e)
		return 0;
	e->len = BPF_CORE_READ(skb, len);
	if (e->len > sizeof(e->data))
		e->len = sizeof(e->data);
	bpf_get_current_pid_tgid();
	bpf_probe_read_kernel(e->data, e->len, head + mac);
	return 0;
}
char _license[] SEC("license") = "GPL";
