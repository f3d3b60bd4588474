// sched-ext and tcp-cc questions: a struct_ops program that no struct names
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
SEC("struct_ops/ssthresh")
__u32 BPF_PROG(lonely_ssthresh, struct sock *sk)
{
	return 2;
}
char _license[] SEC("license") = "GPL";
