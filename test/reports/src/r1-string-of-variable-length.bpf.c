// beyla#…, ecapture#1: as many bytes as the library says are copied into a record
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct record {
	__u32 len;
	char data[4096];
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} records SEC(".maps");

SEC("uprobe")
int writes(struct pt_regs *ctx)
{
	__u32 num = PT_REGS_PARM3(ctx);
	struct record *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);

	if (!r)
		return 0;
	r->len = num;
	bpf_probe_read_user(r->data, r->len, (void *)PT_REGS_PARM2(ctx));
	bpf_ringbuf_submit(r, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
