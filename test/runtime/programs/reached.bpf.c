// SPDX-License-Identifier: Apache-2.0
// What helpers on sockets, SYN cookies and perf events answer where no listener, hook or event is there: as far as test runs of the kernel's show
// it. test/runtime/reached.json has what the real 6.12 says of them (conformance/run.ts --run --corpus test/runtime/programs --only reached).
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

char _license[] SEC("license") = "GPL";

s64 told[64];
#define TELL(what) told[n++] = (s64)(what)

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(max_entries, 4);
	__type(key, int);
	__type(value, int);
} events SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, u64);
} storage SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 2);
	__type(key, int);
	__type(value, int);
} groups SEC(".maps");

SEC("tc")
int socket(struct __sk_buff *skb)
{
	struct bpf_sock *any = skb->sk, *sk;
	struct tcphdr th = { .doff = 5, .ack = 1 };
	struct iphdr ip = { .version = 4, .ihl = 5 };
	int n = 0;

	if (!any)
		return 1;
	TELL(any->family);
	TELL(any->state);
	sk = bpf_sk_fullsock(any);
	if (!sk)
		return 2;
	TELL(sk->type);
	TELL(sk->protocol);
	TELL(sk->mark);
	TELL(sk->priority);
	TELL(sk->src_ip4);
	TELL(sk->src_port);
	TELL(sk->dst_port);
	TELL(sk->dst_ip4);
	TELL(sk->bound_dev_if);
	TELL(sk->rx_queue_mapping);
	TELL(!bpf_tcp_sock(sk));
	TELL(!bpf_get_listener_sock(sk));
	TELL(!bpf_skc_to_tcp_sock(sk));
	TELL(!bpf_skc_to_udp6_sock(sk));
	TELL(!bpf_skc_to_tcp6_sock(sk));
	TELL(!bpf_skc_to_unix_sock(sk));
	TELL(!bpf_skc_to_tcp_request_sock(sk));
	TELL(!bpf_skc_to_tcp_timewait_sock(sk));
	TELL(!bpf_skc_to_mptcp_sock(sk));
	TELL(bpf_get_socket_uid(skb));
	TELL(bpf_tcp_check_syncookie(sk, &ip, sizeof(ip), &th, sizeof(th)));
	th.ack = 0;
	th.syn = 1;
	ip.version = 5;
	TELL(bpf_tcp_check_syncookie(sk, &ip, sizeof(ip), &th, sizeof(th)));
	TELL(bpf_tcp_check_syncookie(sk, &ip, 8, &th, sizeof(th)));
	TELL(bpf_tcp_gen_syncookie(sk, &ip, sizeof(ip), &th, sizeof(th)));
	TELL(bpf_tcp_gen_syncookie(sk, &ip, sizeof(ip), &th, 12));
	return 0;
}

SEC("tc")
int stored(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	u64 *value, init = 7;
	int n = 0;

	if (!sk || !(sk = bpf_sk_fullsock(sk)))
		return 1;
	TELL(!bpf_sk_storage_get(&storage, sk, &init, 0));
	value = bpf_sk_storage_get(&storage, sk, &init, BPF_SK_STORAGE_GET_F_CREATE);
	if (!value)
		return 2;
	TELL(*value);
	*value = 9;
	value = bpf_sk_storage_get(&storage, sk, &init, BPF_SK_STORAGE_GET_F_CREATE);
	if (!value)
		return 3;
	TELL(*value);
	TELL(bpf_sk_storage_delete(&storage, sk));
	TELL(bpf_sk_storage_delete(&storage, sk));
	return 0;
}

SEC("tc")
int groups_of(struct __sk_buff *skb)
{
	int n = 0;

	TELL(bpf_skb_cgroup_id(skb));
	TELL(bpf_skb_ancestor_cgroup_id(skb, 0));
	TELL(bpf_skb_ancestor_cgroup_id(skb, 9));
	TELL(bpf_skb_under_cgroup(skb, &groups, 0));
	TELL(bpf_skb_under_cgroup(skb, &groups, 2));
	TELL(bpf_get_cgroup_classid(skb));
	TELL(bpf_skb_cgroup_classid(skb));
	TELL(bpf_get_route_realm(skb));
	return 0;
}

SEC("tc")
int lookups(struct __sk_buff *skb)
{
	struct bpf_sock_tuple to = {};
	struct bpf_sock *sk;
	int n = 0;

#define LOOK(how, size, netns, flags) do { \
		sk = how(skb, &to, size, netns, flags); \
		TELL(!sk); \
		if (sk) \
			bpf_sk_release(sk); \
	} while (0)
	to.ipv4.saddr = to.ipv4.daddr = bpf_htonl(0x7f000001);
	to.ipv4.dport = bpf_htons(80);
	LOOK(bpf_sk_lookup_tcp, sizeof(to.ipv4), BPF_F_CURRENT_NETNS, 0);
	LOOK(bpf_sk_lookup_udp, sizeof(to.ipv6), BPF_F_CURRENT_NETNS, 0);
	LOOK(bpf_sk_lookup_tcp, 7, BPF_F_CURRENT_NETNS, 0);
	LOOK(bpf_sk_lookup_tcp, sizeof(to.ipv4), 99, 0);
	LOOK(bpf_skc_lookup_tcp, sizeof(to.ipv4), BPF_F_CURRENT_NETNS, 1);
	return 0;
}

SEC("tc")
int assigned(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	int n = 0;

	if (!sk || !(sk = bpf_sk_fullsock(sk)))
		return 1;
	TELL(bpf_sk_assign(skb, sk, 0));
	TELL(bpf_sk_assign(skb, sk, 1));
	return 0;
}

/* Cookies are by a secret of the kernel's: told is the maximum segment size, or the error. */
SEC("tc")
int cookies(struct __sk_buff *skb)
{
	struct { struct tcphdr th; u8 option[40]; } tcp = {};
	struct iphdr ip = { .version = 4, .ihl = 5, .saddr = 0x0100007f, .daddr = 0x0200007f };
	struct ipv6hdr ip6 = { .version = 6 };
	int n = 0;
	s64 cookie;

#define COOKIE(of, header, length) do { \
		cookie = bpf_tcp_raw_gen_syncookie_##of(header, &tcp.th, length); \
		TELL(cookie < 0 ? cookie : cookie >> 32); \
	} while (0)
	tcp.th.doff = 5;
	tcp.th.syn = 1;
	tcp.th.source = 1;
	tcp.th.dest = 2;
	COOKIE(ipv4, &ip, sizeof(tcp.th));
	tcp.th.ack = 1;
	tcp.th.seq = bpf_htonl(1);
	tcp.th.ack_seq = bpf_htonl((u32)cookie + 1);
	TELL(bpf_tcp_raw_check_syncookie_ipv4(&ip, &tcp.th));
	tcp.th.ack_seq = bpf_htonl((u32)cookie + 2);
	TELL(bpf_tcp_raw_check_syncookie_ipv4(&ip, &tcp.th));
	COOKIE(ipv6, &ip6, sizeof(tcp.th));
	tcp.th.ack_seq = bpf_htonl((u32)cookie + 1);
	TELL(bpf_tcp_raw_check_syncookie_ipv6(&ip6, &tcp.th));
	tcp.th.doff = 4;
	COOKIE(ipv4, &ip, sizeof(tcp.th));
	tcp.th.doff = 6;
	tcp.option[0] = 2;
	tcp.option[1] = 4;
	tcp.option[2] = 5;
	tcp.option[3] = 0xb4;
	COOKIE(ipv4, &ip, sizeof(tcp.th) + 4);
	COOKIE(ipv6, &ip6, sizeof(tcp.th) + 4);
	tcp.option[2] = 0;
	tcp.option[3] = 100;
	COOKIE(ipv4, &ip, sizeof(tcp.th) + 4);
	COOKIE(ipv4, &ip, sizeof(tcp.th));
	tcp.option[2] = 0x20;
	COOKIE(ipv4, &ip, sizeof(tcp.th) + 4);
	COOKIE(ipv4, &ip, 60);
	return 0;
}

SEC("tc")
int sent(struct __sk_buff *skb)
{
	u64 data[2] = { 1, 2 };
	int n = 0;

	TELL(bpf_perf_event_output(skb, &events, BPF_F_CURRENT_CPU, data, sizeof(data)));
	TELL(bpf_perf_event_output(skb, &events, 4, data, sizeof(data)));
	TELL(bpf_perf_event_output(skb, &events, BPF_F_CURRENT_CPU | (8ULL << 32), data, sizeof(data)));
	TELL(bpf_perf_event_output(skb, &events, BPF_F_CURRENT_CPU | (8000ULL << 32), data, sizeof(data)));
	TELL(bpf_perf_event_output(skb, &events, 1ULL << 63, data, sizeof(data)));
	return 0;
}

SEC("raw_tp/sys_enter")
int counted(void *ctx)
{
	struct bpf_perf_event_value value = { .counter = 5 };
	u64 data[2] = {};
	int n = 0;

	TELL(bpf_perf_event_read(&events, BPF_F_CURRENT_CPU));
	TELL(bpf_perf_event_read(&events, 0));
	TELL(bpf_perf_event_read(&events, 7));
	TELL(bpf_perf_event_read(&events, 1ULL << 40));
	TELL(bpf_perf_event_read_value(&events, BPF_F_CURRENT_CPU, &value, sizeof(value)));
	TELL(value.counter);
	TELL(bpf_perf_event_read_value(&events, 9, &value, sizeof(value)));
	TELL(bpf_perf_event_read_value(&events, 0, &value, 16));
	TELL(bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, data, sizeof(data)));
	TELL(bpf_perf_event_output(ctx, &events, 1, data, sizeof(data)));
	TELL(bpf_perf_event_output(ctx, &events, 1ULL << 33, data, sizeof(data)));
	return 0;
}

/* An address behind the arguments is handed on: no more of them have to be given. */
SEC("raw_tp/sys_enter")
int behind(void *ctx)
{
	u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), ctx + 200);
	return 0;
}
