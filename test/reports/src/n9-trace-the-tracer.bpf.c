// bpf list, "fentry/migrate_disable": a function that tracing itself needs is traced
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
__u64 n;

SEC("fentry/migrate_disable")
int BPF_PROG(counted)
{
	n++;
	return 0;
}
char _license[] SEC("license") = "GPL";
