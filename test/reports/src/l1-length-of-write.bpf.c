// inspektor-gadget#2745: what a call returned, an int, is the size to copy
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#define MOST 512
struct event {
	__u32 len;
	char buf[MOST];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct event);
} events SEC(".maps");

SEC("uretprobe")
int written(struct pt_regs *ctx)
{
	int len = PT_REGS_RC(ctx);
	__u32 key = 0;
	struct event *e = bpf_map_lookup_elem(&events, &key);

	if (!e)
		return 0;
	e->len = len;
	if (len > MOST)
		len = MOST;
	bpf_probe_read_user(e->buf, len, (void *)PT_REGS_PARM2(ctx));
	return 0;
}
char _license[] SEC("license") = "GPL";
