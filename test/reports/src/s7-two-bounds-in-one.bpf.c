// bcc#2463, libbpf-tools: a length between two bounds
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[128]);
} texts SEC(".maps");

SEC("kprobe/do_filp_open")
int opens(struct pt_regs *ctx)
{
	__u32 key = 0;
	char *text = bpf_map_lookup_elem(&texts, &key);
	long len = PT_REGS_PARM3(ctx);

	if (!text)
		return 0;
	if (len > 0 && len <= 128)
		bpf_printk("in range");
	bpf_probe_read_kernel(text, len, (void *)PT_REGS_PARM2(ctx));
	return 0;
}
char _license[] SEC("license") = "GPL";
