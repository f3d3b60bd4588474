// bpf list, css_task iterators: the tasks of a cgroup are counted where one of them exits
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern struct cgroup *bpf_cgroup_from_id(__u64 cgid) __ksym;
extern void bpf_cgroup_release(struct cgroup *p) __ksym;
extern int bpf_iter_css_task_new(struct bpf_iter_css_task *it, struct cgroup_subsys_state *css, unsigned int flags) __ksym;
extern struct task_struct *bpf_iter_css_task_next(struct bpf_iter_css_task *it) __ksym;
extern void bpf_iter_css_task_destroy(struct bpf_iter_css_task *it) __ksym;
const volatile __u64 watched = 1;
int left;

SEC("fentry/do_exit")
int BPF_PROG(on_exit, long code)
{
	struct cgroup *cgrp = bpf_cgroup_from_id(watched);
	struct task_struct *task;

	if (!cgrp)
		return 0;
	left = 0;
	bpf_for_each(css_task, task, &cgrp->self, 1)
		left++;
	bpf_cgroup_release(cgrp);
	return 0;
}
char _license[] SEC("license") = "GPL";
