// kunai#179, tracee: the string that was copied is ended by hand
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct line {
	char text[256];
	__u32 length;
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct line);
} lines SEC(".maps");

SEC("kprobe/do_unlinkat")
int unlinked(struct pt_regs *ctx)
{
	__u32 key = 0;
	struct line *l = bpf_map_lookup_elem(&lines, &key);
	const char *name = (const char *)PT_REGS_PARM2(ctx);
	long n;

	if (!l)
		return 0;
	n = bpf_probe_read_kernel_str(l->text, sizeof(l->text), name);
	if (n <= 0 || n >= sizeof(l->text))
		return 0;
	l->text[n] = '\n';
	l->length = n;
	return 0;
}
char _license[] SEC("license") = "GPL";
