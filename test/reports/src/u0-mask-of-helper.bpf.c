// constructed: two masks come from a function of their own; the second is lost at the one exit that the compiler makes of all returns
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
void bpf_cpumask_release(struct bpf_cpumask *cpumask) __ksym;
void bpf_cpumask_set_cpu(u32 cpu, struct bpf_cpumask *cpumask) __ksym;
bool bpf_cpumask_empty(const struct cpumask *cpumask) __ksym;

int failed;

static struct bpf_cpumask *fresh_mask(void)
{
	struct bpf_cpumask *fresh = bpf_cpumask_create();

	if (!fresh) {
		failed = 1;
		return NULL;
	}
	return fresh;
}

SEC("tp_btf/task_newtask")
int BPF_PROG(two_masks, struct task_struct *task, u64 clone_flags)
{
	struct bpf_cpumask *first, *second;

	first = fresh_mask();
	if (!first)
		return 0;
	second = fresh_mask();
	if (!second)
		goto release;
	bpf_cpumask_set_cpu(1, second);
release:
	bpf_cpumask_release(first);
	return 0;
}
char _license[] SEC("license") = "GPL";
