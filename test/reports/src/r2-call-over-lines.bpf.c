// constructed: what may be NULL is an argument on the second line of a call, as clang-format breaks it
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
void bpf_cpumask_release(struct bpf_cpumask *cpumask) __ksym;
void bpf_cpumask_set_cpu(u32 cpu, struct bpf_cpumask *cpumask) __ksym;

SEC("tp_btf/task_newtask")
int BPF_PROG(note_cpu, struct task_struct *task, u64 clone_flags)
{
	struct bpf_cpumask *where_it_was_created = bpf_cpumask_create();

	bpf_cpumask_set_cpu(bpf_get_smp_processor_id(),
			    where_it_was_created);
	bpf_cpumask_release(where_it_was_created);
	return 0;
}
char _license[] SEC("license") = "GPL";
