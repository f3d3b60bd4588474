// bcc#3269: the length of bpf_skb_load_bytes() may be 0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[1024]);
} scratch SEC(".maps");

SEC("tc")
int copy(struct __sk_buff *skb)
{
	__u32 key = 0, len;
	char *buf = bpf_map_lookup_elem(&scratch, &key);

	if (!buf)
		return 0;
	len = (skb->len - 54) & 1023;
	return bpf_skb_load_bytes(skb, 54, buf, len) < 0 ? 2 : 0;
}
char _license[] SEC("license") = "GPL";
