// eunomia-bpf tutorial#158: a header of variable length goes into a record byte by byte
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} rb SEC(".maps");

SEC("xdp")
int send(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct tcphdr *tcp = data + 34;
	__u32 i, n;
	__u8 *rec;

	if ((void *)(tcp + 1) > end)
		return XDP_PASS;
	n = tcp->doff * 4;
	rec = bpf_ringbuf_reserve(&rb, 60, 0);
	if (!rec)
		return XDP_PASS;
	for (i = 0; i < 60 && i < n; i++) {
		if ((void *)tcp + i + 1 > end)
			break;
		rec[i] = ((volatile __u8 *)tcp)[i];
	}
	bpf_ringbuf_submit(rec, 0);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
