// scx: bpf_copy_from_user() in an RCU read section
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;
char path[64];

SEC("lsm.s/bprm_committed_creds")
int BPF_PROG(open, struct linux_binprm *bprm)
{
	void *p = (void *)bprm->p;

	bpf_rcu_read_lock();
	bpf_copy_from_user(path, sizeof(path), p);
	bpf_rcu_read_unlock();
	return 0;
}
char _license[] SEC("license") = "GPL";
