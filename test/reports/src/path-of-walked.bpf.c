// bpf_d_path questions: the path of a mount that is found by walking
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
char buf[256];

SEC("lsm.s/bprm_committed_creds")
void BPF_PROG(on_exec, struct linux_binprm *bprm)
{
	struct path *path = &bprm->mm->exe_file->f_path;

	bpf_d_path(path, buf, sizeof(buf));
}
char _license[] SEC("license") = "GPL";
