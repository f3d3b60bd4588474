// SPDX-License-Identifier: Apache-2.0
// What 7.x has besides: sockets of the kernel's, wakeup sources, memory cgroups.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char _license[] SEC("license") = "GPL";

struct bpf_ksock {
};
struct bpf_ksock_create_opts {
	__u8 family, type, protocol, reserved;
};
union bpf_ksock_addr {
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;
};
struct bpf_ws_lock {
};

extern struct bpf_ksock *bpf_ksock_create(const struct bpf_ksock_create_opts *opts, u32 opts__sz, int *err__uninit) __ksym;
extern int bpf_ksock_connect(struct bpf_ksock *ks, const union bpf_ksock_addr *addr, u32 addr__sz) __ksym;
extern int bpf_ksock_send(struct bpf_ksock *ks, const void *data, u32 data__sz) __ksym;
extern void bpf_ksock_release(struct bpf_ksock *ks) __ksym;
extern struct bpf_ws_lock *bpf_wakeup_sources_read_lock(void) __ksym;
extern void bpf_wakeup_sources_read_unlock(struct bpf_ws_lock *lock) __ksym;
extern void *bpf_wakeup_sources_get_head(void) __ksym;
extern struct mem_cgroup *bpf_get_root_mem_cgroup(void) __ksym;
extern struct mem_cgroup *bpf_get_mem_cgroup(struct cgroup_subsys_state *css) __ksym;
extern void bpf_put_mem_cgroup(struct mem_cgroup *memcg) __ksym;
extern unsigned long bpf_mem_cgroup_usage(struct mem_cgroup *memcg) __ksym;

struct asked {
	struct bpf_ksock_create_opts options;
	u32 connects;
	union bpf_ksock_addr to;
	s32 answers[4];
};

SEC("syscall")
int sends(struct asked *asked)
{
	struct bpf_ksock_create_opts options = asked->options;
	union bpf_ksock_addr to = asked->to;
	struct bpf_ksock *ks;
	char hello[5] = { 0x68, 0x65, 0x6c, 0x6c, 0x6f };
	int error = 1;

	ks = bpf_ksock_create(&options, sizeof(options), &error);
	asked->answers[0] = error;
	if (!ks)
		return 1;
	if (asked->connects)
		asked->answers[1] = bpf_ksock_connect(ks, &to, sizeof(to));
	asked->answers[2] = bpf_ksock_send(ks, hello, 5);
	bpf_ksock_release(ks);
	return 0;
}

char names[2][16];

SEC("syscall")
int sources(void *ctx)
{
	struct list_head *head = bpf_wakeup_sources_get_head(), *at = head;
	struct bpf_ws_lock *lock = bpf_wakeup_sources_read_lock();
	int count = 0;

	if (!lock)
		return -1;
	for (int i = 0; i < 2; i++) {
		struct wakeup_source *source;
		const char *name;

		if (bpf_probe_read_kernel(&at, sizeof(at), &at->next) || at == head)
			break;
		source = (void *)at - bpf_core_field_offset(struct wakeup_source, entry);
		if (!bpf_core_read(&name, sizeof(name), &source->name))
			bpf_probe_read_kernel_str(names[i], sizeof(names[i]), name);
		count++;
	}
	bpf_wakeup_sources_read_unlock(lock);
	return count;
}

extern struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;
extern void bpf_cgroup_release(struct cgroup *cgrp) __ksym;
extern unsigned long bpf_mem_cgroup_page_state(struct mem_cgroup *memcg, int idx) __ksym;
extern unsigned long bpf_mem_cgroup_memory_events(struct mem_cgroup *memcg, enum memcg_memory_event event) __ksym;

s64 counts[5];

struct group {
	u64 id;
};

SEC("syscall")
int memory(struct group *group)
{
	struct cgroup *cgroup = bpf_cgroup_from_id(group->id);
	struct mem_cgroup *root, *own;

	if (!cgroup)
		return -1;
	root = bpf_get_root_mem_cgroup();
	if (root) {
		counts[0] = bpf_mem_cgroup_usage(root);
		bpf_put_mem_cgroup(root);
	}
	own = bpf_get_mem_cgroup(&cgroup->self);
	if (own) {
		counts[1] = bpf_mem_cgroup_usage(own);
		counts[2] = bpf_mem_cgroup_page_state(own, bpf_core_enum_value(enum node_stat_item, NR_ANON_MAPPED));
		counts[3] = bpf_mem_cgroup_memory_events(own, MEMCG_OOM);
		counts[4] = bpf_mem_cgroup_memory_events(own, 77);
		bpf_put_mem_cgroup(own);
	}
	bpf_cgroup_release(cgroup);
	return 0;
}
