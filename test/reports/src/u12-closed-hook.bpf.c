// LSM questions: writes to /proc/self/attr are to be watched
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
char seen[16];

SEC("lsm/setprocattr")
int BPF_PROG(on_attr, const char *lsm, const char *attr, void *value, size_t size, int ret)
{
	bpf_probe_read_kernel_str(seen, sizeof(seen), attr);
	return ret;
}
char _license[] SEC("license") = "GPL";
