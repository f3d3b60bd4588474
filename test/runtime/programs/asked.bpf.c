// SPDX-License-Identifier: Apache-2.0
// What is asked of programs by sysctls and perf events, and system calls of programs.
#include "check.h"

char name[32], base[8], now[16], wanted[16];
int lengths[5];
char replacement[] = "7";

SEC("cgroup/sysctl")
int asked(struct bpf_sysctl *ctx)
{
	lengths[0] = bpf_sysctl_get_name(ctx, name, sizeof(name), 0);
	lengths[1] = bpf_sysctl_get_name(ctx, base, sizeof(base), 1);
	lengths[2] = bpf_sysctl_get_current_value(ctx, now, sizeof(now));
	lengths[3] = bpf_sysctl_get_new_value(ctx, wanted, sizeof(wanted));
	lengths[4] = bpf_sysctl_set_new_value(ctx, replacement, 1);
	return ctx->write ? 1 : 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} values SEC(".maps");

struct given { u32 map, command, again; u64 value; };

SEC("syscall")
int frozen(struct given *given)
{
	union { struct { u32 map_fd; u64 key, value, flags; } elem; u8 bytes[32]; } attr = {};
	u64 value = given->value;
	u32 key = 0;

	attr.elem.map_fd = given->map;
	attr.elem.key = (u64)(unsigned long)&key;
	attr.elem.value = (u64)(unsigned long)&value;
	bpf_map_lookup_elem(&values, &key);
	return bpf_sys_bpf(given->command, &attr, sizeof(attr));
}

u64 sampled[3];

SEC("perf_event")
int sample(struct bpf_perf_event_data *ctx)
{
	sampled[0] = ctx->regs.ip;
	sampled[1] = ctx->sample_period;
	sampled[2] = ctx->addr;
	return bpf_get_current_pid_tgid() >> 32;
}
