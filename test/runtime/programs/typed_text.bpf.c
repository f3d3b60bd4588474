// SPDX-License-Identifier: Apache-2.0
// bpf_snprintf_btf() of many types, by each of its flags: the texts, and what it returned. The real kernel wrote those of
// test/runtime/typed-text.json.
#include "check.h"
#include <bpf/bpf_core_read.h>

#define COMPACT 1
#define NONAME 2
#define PTR_RAW 4
#define ZERO 8
#define TEXT 1016

struct told {
	int returned;
	int line;
	char text[TEXT];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, u32);
	__type(value, struct told);
} texts SEC(".maps");

static u32 next;
static struct btf_ptr pointer;

static __always_inline void tell(u32 type, void *at, u64 flags, u32 size, int line)
{
	u32 key = next++;
	struct told *told = bpf_map_lookup_elem(&texts, &key);

	if (!told || size > TEXT)
		return;
	pointer.type_id = type;
	pointer.ptr = at;
	told->line = line;
	told->returned = bpf_snprintf_btf(told->text, size, &pointer, sizeof(pointer), flags);
}

#define TELL(type, flags, ...) ({ static type _value = __VA_ARGS__; tell(bpf_core_type_id_kernel(type), &_value, flags, TEXT, __LINE__); })

SEC("raw_tp/sched_switch")
int scalars(void *ctx)
{
	next = 0;
	TELL(int, 0, 1234);
	TELL(int, NONAME, -4567);
	TELL(int, 0, 0);
	TELL(char, 0, 100);
	TELL(unsigned char, 0, 200);
	TELL(u64, COMPACT, 0xffffffffffffffff);
	TELL(s64, COMPACT, -1);
	TELL(bool, 0, true);
	TELL(enum bpf_cmd, 0, 2000);
	TELL(enum bpf_cmd, ZERO, BPF_PROG_LOAD);
	TELL(struct list_head, PTR_RAW | COMPACT, { .next = (struct list_head *)1 });
	TELL(struct list_head, PTR_RAW | ZERO, { .next = (struct list_head *)1 });
	TELL(struct list_head, ZERO, {});
	return 0;
}

SEC("raw_tp/sched_switch")
int structs(void *ctx)
{
	next = 0;
	TELL(atomic_t, 0, { .counter = 1 });
	TELL(atomic_t, COMPACT, { .counter = 0 });
	TELL(atomic_t, ZERO, { .counter = 0 });
	TELL(struct btf_enum, 0, { .name_off = 3, .val = -1 });
	TELL(struct btf_enum, NONAME, { .name_off = 3, .val = -1 });
	TELL(struct btf_enum, NONAME | COMPACT, { .name_off = 0, .val = -1 });
	TELL(struct btf_enum, 0, {});
	TELL(struct btf_enum, NONAME | ZERO, {});
	TELL(struct bpf_insn, 0, { .code = 1, .dst_reg = 2, .src_reg = 3, .off = 4, .imm = 5 });
	TELL(struct bpf_insn, COMPACT | ZERO, { .dst_reg = 0, .src_reg = 0xf, .off = -4 });
	TELL(struct kref, 0, { .refcount = { .refs = { .counter = 7 } } });
	TELL(struct kref, COMPACT | NONAME, { .refcount = { .refs = { .counter = 7 } } });
	TELL(struct iphdr, 0, { .version = 4, .ihl = 5, .ttl = 64, .saddr = 0x0100007f });
	TELL(struct hlist_node, PTR_RAW, { .pprev = (void *)2 });
	TELL(struct callback_head, PTR_RAW, { .func = (void *)3 });
	TELL(struct bpf_spin_lock, 0, { .val = 9 });
	return 0;
}

SEC("raw_tp/sched_switch")
int arrays(void *ctx)
{
	next = 0;
	TELL(struct bpf_prog_info, COMPACT, { .name = "foo" });
	TELL(struct bpf_prog_info, 0, { .name = "foo" });
	TELL(struct bpf_prog_info, COMPACT | NONAME, { .name = "foo" });
	TELL(struct bpf_prog_info, 0, { .name = { 0, 'f', 'o', 'o' } });
	TELL(struct bpf_prog_info, COMPACT, { .name = { 1, 2, 3, 0, 4 } });
	TELL(struct bpf_prog_info, COMPACT, { .tag = { 1, 0, 3 } });
	TELL(struct __sk_buff, COMPACT, { .cb = { 1, 2, 3, 4, 5 } });
	TELL(struct __sk_buff, 0, { .cb = { 0, 0, 1, 0, 0 } });
	TELL(struct ethhdr, ZERO, { .h_dest = { 1, 2 } });
	TELL(struct in6_addr, COMPACT, { .in6_u = { .u6_addr8 = { 0xfe, 0x80 } } });
	TELL(struct in6_addr, 0, { .in6_u = { .u6_addr8 = { 0xfe, 0x80 } } });
	return 0;
}

SEC("raw_tp/sched_switch")
int nested(void *ctx)
{
	next = 0;
	TELL(struct cpu_itimer, COMPACT, { .expires = 1 });
	TELL(struct posix_cputimers, COMPACT, { .bases = { { .nextevt = 1 }, {}, { .nextevt = 3 } } });
	TELL(struct posix_cputimers, 0, { .bases = { { .nextevt = 1 }, {}, { .nextevt = 3 } } });
	TELL(struct posix_cputimers, COMPACT | NONAME, { .bases = { { .nextevt = 1 }, {}, { .nextevt = 3 } } });
	TELL(struct thread_group_cputimer, COMPACT, { .cputime_atomic = { .utime = { .counter = 5 } } });
	TELL(struct wait_queue_head, PTR_RAW | COMPACT, { .head = { .prev = (void *)8 } });
	TELL(struct pt_regs, COMPACT, { .ip = 1, .sp = 2 });
	TELL(struct rlimit64, 0, { .rlim_cur = 1 });
	TELL(struct virtio_admin_cmd_notify_info_result, COMPACT, { .entries = { { .flags = 1, .padding = { 1, 2 }, .offset = 5 }, { .bar = 3, .offset = 6 } } });
	TELL(struct acpi_dev_match_info, COMPACT, { .hid = { { .id = "PNP", .driver_data = 3, .cls = 4 }, { .id = "ABC", .cls_msk = 5 } }, .hrv = 9 });
	TELL(struct acpi_dev_match_info, 0, { .hid = { { .id = "PNP", .driver_data = 3, .cls = 4 }, { .id = "ABC", .cls_msk = 5 } }, .hrv = 9 });
	TELL(struct acpi_dev_match_info, COMPACT | NONAME, { .hid = { { .id = "PNP", .driver_data = 3, .cls = 4 } }, .hrv = 9 });
	TELL(struct acpi_dev_match_info, COMPACT, { .hid = { { .driver_data = 3 }, { .id = { 0x80, 0x9f, 0xa0, 0xff, 0x7f, 0x20, '~' } } } });
	return 0;
}

SEC("raw_tp/sched_switch")
int refusals(void *ctx)
{
	static struct btf_enum value = { .name_off = 3, .val = -1 };

	next = 0;
	tell(bpf_core_type_id_kernel(struct btf_enum), &value, 16, TEXT, __LINE__);
	tell(0, &value, 0, TEXT, __LINE__);
	tell(0x7ffffff0, &value, 0, TEXT, __LINE__);
	tell(bpf_core_type_id_kernel(struct btf_enum), &value, COMPACT, 10, __LINE__);
	tell(bpf_core_type_id_kernel(struct btf_enum), &value, 0, 1, __LINE__);
	return 0;
}
