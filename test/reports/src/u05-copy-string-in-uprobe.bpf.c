// bpf list, bpf_copy_from_user_str in a uprobe that is not sleepable
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern int bpf_copy_from_user_str(void *dst, __u32 dst__sz, const void *unsafe_ptr__ign, __u64 flags) __ksym;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} lines SEC(".maps");

SEC("uprobe//usr/bin/bash:readline_internal")
int BPF_UPROBE(on_line, const char *line)
{
	char text[80] = {};
	int n;

	n = bpf_copy_from_user_str(text, sizeof(text), line, 0);
	if (n > 0)
		bpf_ringbuf_output(&lines, text, sizeof(text), 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
