// SPDX-License-Identifier: Apache-2.0
// Helpers that few programs call: perf events, SYN cookies of sockets, files of sockets.
#include "check.h"
#include <bpf/bpf_tracing.h>

/* All that is looked at, 8 bytes each. */
struct told {
	s64 answers[8];
	struct bpf_perf_event_value counted;
	struct perf_branch_entry branches[2];
};
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, struct told); } tolds SEC(".maps");

static __always_inline struct told *told(void)
{
	u32 key = 0;

	return bpf_map_lookup_elem(&tolds, &key);
}

SEC("perf_event")
int samples(struct bpf_perf_event_data *ctx)
{
	struct told *to = told();
	s64 *answers;

	if (!to)
		return 1;
	answers = to->answers;
	answers[0] = bpf_perf_prog_read_value(ctx, &to->counted, sizeof(to->counted));
	answers[1] = bpf_perf_prog_read_value(ctx, (void *)to->branches, 16);
	answers[2] = bpf_read_branch_records(ctx, to->branches, sizeof(to->branches), 0);
	answers[3] = bpf_read_branch_records(ctx, 0, 0, BPF_F_GET_BRANCH_RECORDS_SIZE);
	answers[4] = bpf_read_branch_records(ctx, to->branches, 40, 0);
	answers[5] = bpf_read_branch_records(ctx, to->branches, sizeof(to->branches), 2);
	return 0;
}

struct headers { struct iphdr ip; struct tcphdr tcp; };

struct { __uint(type, BPF_MAP_TYPE_SOCKMAP); __uint(max_entries, 1); __type(key, u32); __type(value, u64); } listeners SEC(".maps");

static struct headers headers;

static __always_inline int cookies(u32 version, u32 ip_length, u32 flags, u32 tcp_length, s64 *answers)
{
	u32 key = 0;
	struct bpf_sock *sk = bpf_map_lookup_elem(&listeners, &key);

	if (!sk)
		return 0;
	headers.ip.version = version;
	headers.tcp.doff = 5;
	headers.tcp.syn = flags & 1;
	headers.tcp.ack = !!(flags & 2);
	headers.tcp.rst = !!(flags & 4);
	if (ip_length <= sizeof(headers.ip) && tcp_length <= sizeof(headers.tcp)) {
		answers[0] = bpf_tcp_gen_syncookie(sk, &headers.ip, ip_length, &headers.tcp, tcp_length);
		answers[1] = bpf_tcp_check_syncookie(sk, &headers.ip, ip_length, &headers.tcp, tcp_length);
	}
	bpf_sk_release(sk);
	return 1;
}

SEC("tc")
int asks_for_cookies(struct __sk_buff *skb)
{
	struct told *to = told();

	if (!to)
		return 0;
	cookies(4, 20, 1, 20, &to->answers[0]);
	cookies(4, 20, 2, 20, &to->answers[2]);
	cookies(4, 20, 4, 20, &to->answers[4]);
	return cookies(5, 20, 1, 20, &to->answers[6]);
}

SEC("fentry/filp_close")
int BPF_PROG(closes, struct file *file)
{
	struct socket *sock = bpf_sock_from_file(file);
	struct told *to = told();

	if (to)
		to->answers[0] = sock ? sock->sk->__sk_common.skc_family : -1;
	return 0;
}

SEC("lsm.s/bprm_committed_creds")
int BPF_PROG(measures, struct linux_binprm *bprm)
{
	struct told *to = told();

	if (to)
		to->answers[0] = bpf_ima_inode_hash(bprm->file->f_inode, to->branches, sizeof(to->branches));
	return 0;
}
