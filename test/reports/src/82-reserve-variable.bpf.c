// aya#629, ebpf-docs#40: bpf_ringbuf_reserve() of a size that is not constant
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} rb SEC(".maps");

SEC("tc")
int sample(struct __sk_buff *skb)
{
	__u32 n = skb->len & 255;
	void *e = bpf_ringbuf_reserve(&rb, n + 8, 0);

	if (!e)
		return 0;
	bpf_ringbuf_submit(e, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
