// SPDX-License-Identifier: Apache-2.0
// Helpers that tell stacks, namespaces, cookies: what they refuse, and what holds of any answer.
#include "check.h"

enum { EACCES_ = 13, ESOCKTNOSUPPORT = 94 };

struct { __uint(type, BPF_MAP_TYPE_STACK_TRACE); __uint(max_entries, 16); __uint(key_size, 4); __uint(value_size, 8 * 8); } stacks SEC(".maps");

SEC("raw_tp/sys_enter")
int stack(void *ctx)
{
	u64 buf[8] = {};
	long got;

	CHECK(bpf_get_stack(ctx, buf, 8, BPF_F_REUSE_STACKID) == -EINVAL);
	CHECK(bpf_get_stack(ctx, buf, 7, 0) == -EINVAL);
	CHECK(bpf_get_stack(ctx, buf, 32, BPF_F_USER_BUILD_ID) == -EINVAL);
	buf[1] = 5;
	CHECK(bpf_get_stack(ctx, buf, sizeof(buf), 255) == -EFAULT && buf[1] == 0);
	got = bpf_get_stack(ctx, buf, 8, 0);
	CHECK(got == 8 && buf[0]);
	got = bpf_get_stackid(ctx, &stacks, 1ULL << 11);
	CHECK(got == -EINVAL);
	CHECK(bpf_get_stackid(ctx, &stacks, 255) == -EFAULT);
	got = bpf_get_stackid(ctx, &stacks, 0);
	CHECK(got >= 0 && got < 16);
	return 0;
}

SEC("raw_tp/sys_enter")
int namespaces(void *ctx)
{
	struct bpf_pidns_info info = { .pid = 1 };

	CHECK(bpf_get_ns_current_pid_tgid(1, 2, &info, sizeof(info)) == -EINVAL && info.pid == 0);
	CHECK(bpf_get_ns_current_pid_tgid(1ULL << 40, 2, &info, sizeof(info)) == -EINVAL);
	CHECK(bpf_get_ns_current_pid_tgid(4, 0xeffffffc, &info, 4) == -EINVAL);
	return 0;
}

struct syn { struct tcphdr tcp; u8 options[4]; };

static struct iphdr ip_of(void)
{
	struct iphdr ip = { .version = 4, .ihl = 5, .protocol = IPPROTO_TCP };

	ip.saddr = bpf_htonl(0x0a000001);
	ip.daddr = bpf_htonl(0x0a000002);
	return ip;
}

SEC("tc")
int cookies4(struct __sk_buff *skb)
{
	struct iphdr ip = ip_of();
	struct syn syn = { .tcp = { .doff = 6, .syn = 1 }, .options = { 2, 4, 5, 120 } };
	s64 cookie;

	syn.tcp.source = bpf_htons(4000);
	syn.tcp.dest = bpf_htons(80);
	syn.tcp.seq = bpf_htonl(1000);
	CHECK(bpf_tcp_raw_gen_syncookie_ipv4(&ip, &syn.tcp, 20) == -EINVAL);
	cookie = bpf_tcp_raw_gen_syncookie_ipv4(&ip, &syn.tcp, 24);
	/* The largest size that is known and no larger than the 1400 told. */
	CHECK(cookie > 0 && cookie >> 32 == 1300);
	syn.tcp.syn = 0;
	syn.tcp.ack = 1;
	syn.tcp.seq = bpf_htonl(1001);
	syn.tcp.ack_seq = bpf_htonl((u32)cookie + 1);
	CHECK(!bpf_tcp_raw_check_syncookie_ipv4(&ip, &syn.tcp));
	/* Next to the right one an index of another size may be read. */
	syn.tcp.seq = bpf_htonl(5000);
	CHECK(bpf_tcp_raw_check_syncookie_ipv4(&ip, &syn.tcp) == -EACCES_);
	syn.tcp.seq = bpf_htonl(1001);
	ip.saddr = bpf_htonl(0x0a000003);
	CHECK(bpf_tcp_raw_check_syncookie_ipv4(&ip, &syn.tcp) == -EACCES_);
	return 0;
}

SEC("tc")
int cookies6(struct __sk_buff *skb)
{
	struct ipv6hdr ip = { .version = 6, .nexthdr = IPPROTO_TCP };
	struct tcphdr tcp = { .doff = 5, .syn = 1 };
	s64 cookie;

	tcp.seq = bpf_htonl(7);
	cookie = bpf_tcp_raw_gen_syncookie_ipv6(&ip, &tcp, 20);
	/* Nobody said a size. */
	CHECK(cookie > 0 && cookie >> 32 == 1220);
	tcp.seq = bpf_htonl(8);
	tcp.ack_seq = bpf_htonl((u32)cookie + 1);
	CHECK(!bpf_tcp_raw_check_syncookie_ipv6(&ip, &tcp));
	tcp.ack_seq = bpf_htonl((u32)cookie + 0x10000001);
	CHECK(bpf_tcp_raw_check_syncookie_ipv6(&ip, &tcp) == -EACCES_);
	return 0;
}

SEC("sk_lookup")
int assigned(struct bpf_sk_lookup *ctx)
{
	/* Without a socket: NULL takes the choice back. */
	if (bpf_sk_assign(ctx, NULL, 4) != -EINVAL || bpf_sk_assign(ctx, NULL, BPF_SK_LOOKUP_F_REPLACE) || ctx->sk)
		return SK_DROP;
	return SK_PASS;
}

extern const void bpf_fentry_test1 __ksym;
u64 told;

SEC("fentry/bpf_fentry_test1")
int func_ip(void *ctx)
{
	told = bpf_get_func_ip(ctx) == (u64)&bpf_fentry_test1 ? 1 : 2;
	return 0;
}

SEC("kprobe/do_unlinkat")
int probed(struct pt_regs *ctx)
{
	u64 buf[4];

	told = bpf_get_attach_cookie(ctx);
	return bpf_get_stack(ctx, buf, sizeof(buf), BPF_F_USER_STACK) == 16 && buf[1] == 0x2000;
}
