// bcc#2726: an fentry program returns what it saw
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
SEC("fexit/do_unlinkat")
int BPF_PROG(unlinked, int dfd, struct filename *name, long ret)
{
	return ret;
}
char _license[] SEC("license") = "GPL";
