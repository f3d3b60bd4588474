// bpf list: a per-CPU variable of the kernel is set
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern const int bpf_prog_active __ksym;

SEC("fentry/vfs_unlink")
int BPF_PROG(on_unlink)
{
	int *active = (int *)bpf_this_cpu_ptr(&bpf_prog_active);

	*active = 1;
	return 0;
}
char _license[] SEC("license") = "GPL";
