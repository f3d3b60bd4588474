// bcc#4226: a function that is no place to sleep, traced by a sleepable program
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
char first[16];

SEC("fentry.s/vfs_read")
int BPF_PROG(reads, struct file *file, char *buf, size_t count)
{
	bpf_copy_from_user(first, sizeof(first), buf);
	return 0;
}
char _license[] SEC("license") = "GPL";
