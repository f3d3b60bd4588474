// podtrace#303: labels of a name are written to a buffer on the stack
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
SEC("uprobe")
int BPF_UPROBE(query, const char *name)
{
	char out[64] = {};
	__u8 len = 0;
	__u32 j = 0, i;

	for (i = 0; i < 4; i++) {
		bpf_probe_read_user(&len, 1, name + i);
		j += len;
		out[j] = '.';
	}
	bpf_printk("%s", out);
	return 0;
}
char _license[] SEC("license") = "GPL";
