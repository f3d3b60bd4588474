// tetragon questions: SEC("lsm/bprm_check")
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
SEC("lsm/bprm_check")
int BPF_PROG(check, struct linux_binprm *bprm)
{
	return 0;
}
char _license[] SEC("license") = "GPL";
