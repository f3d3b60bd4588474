// SPDX-License-Identifier: Apache-2.0
// Programs of many types, as the kernel calls them.
#include "check.h"
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

u64 seen[8];
char text[16];

SEC("kprobe/do_unlinkat")
int BPF_KPROBE(kprobe, int dfd, const char *name)
{
	seen[0] = dfd;
	seen[1] = PT_REGS_PARM3(ctx);
	bpf_probe_read_kernel_str(text, sizeof(text), name);
	return 0;
}

SEC("kretprobe/do_unlinkat")
int BPF_KRETPROBE(kretprobe, long ret)
{
	seen[0] = ret;
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_openat")
int tracepoint(struct trace_event_raw_sys_enter *ctx)
{
	seen[0] = ctx->id;
	seen[1] = ctx->args[1];
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(tp_btf, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	seen[0] = task->pid;
	seen[1] = old_pid;
	return 0;
}

SEC("lsm/file_mprotect")
int BPF_PROG(lsm, struct vm_area_struct *vma, unsigned long reqprot, unsigned long prot, int ret)
{
	if (ret)
		return ret;
	return prot & 4 && vma->vm_start == 0x1000 ? -1 : 0;
}

SEC("fexit/bpf_fentry_test3")
int BPF_PROG(fexit, char a, int b, u64 c, int ret)
{
	u64 got = 0;

	seen[0] = bpf_get_func_arg_cnt(ctx);
	bpf_get_func_arg(ctx, 2, seen + 1);
	bpf_get_func_ret(ctx, seen + 2);
	seen[3] = bpf_get_func_arg(ctx, 3, &got);
	seen[4] = ret;
	return 0;
}

SEC("cgroup/dev")
int device(struct bpf_cgroup_dev_ctx *ctx)
{
	return ctx->major == 1 && ctx->minor == 9;
}

SEC("iter/task")
int iterator(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct seq_file *seq = ctx->meta->seq;

	if (task)
		BPF_SEQ_PRINTF(seq, "%d %s\n", task->pid, task->comm);
	return 0;
}

SEC("fmod_ret/bpf_modify_return_test")
int BPF_PROG(modify_nothing, int a, int *b, int ret)
{
	seen[0] = a;
	bpf_probe_read_kernel(seen + 1, 4, b);
	seen[2] = ret;
	return 0;
}

SEC("fmod_ret/bpf_modify_return_test")
int BPF_PROG(modify, int a, int *b, int ret)
{
	return 7;
}

SEC("sk_lookup")
int lookup(struct bpf_sk_lookup *ctx)
{
	return ctx->family == 2 && ctx->local_port == 80 && ctx->remote_ip4 == bpf_htonl(0x7f000001);
}

SEC("netfilter")
int filter(struct bpf_nf_ctx *ctx)
{
	struct sk_buff *skb = ctx->skb;

	return skb->len == 64 && ctx->state->hook == 3 && ctx->state->pf == 2;
}

SEC("kprobe/do_unlinkat")
int BPF_KPROBE(signals)
{
	CHECK(bpf_send_signal(65) == -EINVAL);
	CHECK(bpf_send_signal(9) == 0);
	CHECK(bpf_send_signal_thread(10) == 0);
	return 0;
}

SEC("tp_btf/netif_receive_skb")
int BPF_PROG(packet_seen, struct sk_buff *skb)
{
	seen[0] = skb->len;
	seen[1] = skb->mark;
	seen[2] = bpf_ntohs(skb->protocol);
	seen[3] = skb->dev->ifindex;
	seen[4] = 0;
	bpf_probe_read_kernel(&seen[4], 1, skb->data);
	seen[5] = skb->network_header - skb->mac_header;
	return 0;
}
