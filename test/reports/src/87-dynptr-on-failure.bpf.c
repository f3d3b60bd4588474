// isovalent/ebpf-docs#40: bpf_ringbuf_reserve_dynptr() failed, so nothing was reserved?
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
	struct bpf_dynptr d;
	__u32 n = skb->len;

	if (bpf_ringbuf_reserve_dynptr(&rb, 64, 0, &d))
		return 0;
	bpf_dynptr_write(&d, 0, &n, sizeof(n), 0);
	bpf_ringbuf_submit_dynptr(&d, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
