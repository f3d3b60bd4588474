// Tetragon and systemd questions: the ancestor of a cgroup at a level
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
const volatile int level = 2;
__u64 by_ancestor;

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(on_attach, struct cgroup *dst, const char *path, struct task_struct *task, bool threadgroup)
{
	int at = dst->level - level;

	if (at < 0 || at > 8)
		return 0;
	if (dst->ancestors[at]->kn)
		by_ancestor++;
	return 0;
}
char _license[] SEC("license") = "GPL";
