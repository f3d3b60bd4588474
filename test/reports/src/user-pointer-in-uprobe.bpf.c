// StackOverflow: a struct of the traced program is read by its fields
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct request_of_user {
	int method;
	char path[32];
};
__u64 gets;

SEC("uprobe//usr/bin/server:handle")
int BPF_UPROBE(on_handle, struct request_of_user *r)
{
	gets += r->method == 1;
	return 0;
}
char _license[] SEC("license") = "GPL";
