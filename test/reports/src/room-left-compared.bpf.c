// kubearmor#2266: what is left of a buffer is compared, and not how much of it is used
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define BUFFER 4096
#define TEXT 256

struct buffer {
	__u8 data[BUFFER];
	__u32 used;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct buffer);
} buffers SEC(".maps");

static int add_text(struct buffer *b, const char *text)
{
	__u32 at = b->used;
	long length;

	if (BUFFER - at < sizeof(__u32) + TEXT)
		return 0;
	length = bpf_probe_read_kernel_str(&b->data[at + sizeof(__u32)], TEXT, text);
	if (length > 0) {
		*(__u32 *)&b->data[at] = length;
		b->used = at + sizeof(__u32) + length;
	}
	return 0;
}

SEC("kprobe/do_unlinkat")
int BPF_KPROBE(unlinked, int dfd, struct filename *name)
{
	__u32 zero = 0;
	struct buffer *b = bpf_map_lookup_elem(&buffers, &zero);

	return b ? add_text(b, (const char *)name) : 0;
}
char _license[] SEC("license") = "GPL";
