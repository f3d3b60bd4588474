// bpf list, "lsm_cgroup": the answer of a hook that gives none is set
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

SEC("lsm_cgroup/sk_free_security")
int BPF_PROG(freed, struct sock *sk)
{
	bpf_set_retval(-1);
	return 1;
}
char _license[] SEC("license") = "GPL";
