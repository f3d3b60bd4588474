// bpf-next: a per-CPU object is written as if it were one
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#define __percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))

void *bpf_percpu_obj_new_impl(__u64 local_type_id, void *meta) __ksym;
void bpf_percpu_obj_drop_impl(void *kptr, void *meta) __ksym;
struct tally {
	__u64 n;
};

SEC("tp_btf/task_newtask")
int BPF_PROG(count, struct task_struct *task, u64 flags)
{
	struct tally __percpu_kptr *h = bpf_percpu_obj_new_impl(bpf_core_type_id_local(struct tally), NULL);

	if (!h)
		return 0;
	h->n = 1;
	bpf_percpu_obj_drop_impl(h, NULL);
	return 0;
}
char _license[] SEC("license") = "GPL";
