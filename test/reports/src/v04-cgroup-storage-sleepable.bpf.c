// bpf list, cgroup local storage: the cgroup of the current task in a program that may sleep
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} opens SEC(".maps");

SEC("lsm.s/file_open")
int BPF_PROG(on_open, struct file *file)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 *count;

	count = bpf_cgrp_storage_get(&opens, task->cgroups->dfl_cgrp, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (count)
		__sync_fetch_and_add(count, 1);
	return 0;
}
char _license[] SEC("license") = "GPL";
