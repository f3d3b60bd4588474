// Type tags of a pointer in a map's value. 6.12 wants one that it knows, alone, where the pointer's target begins; since 7.2 one may stand
// anywhere among the modifiers, beside tags that say something else.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char _license[] SEC("license") = "GPL";
#define tag(name) __attribute__((btf_type_tag(name)))

#define LOCKED(name, field) \
	struct v_##name { struct bpf_spin_lock lock; field; }; \
	struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct v_##name); } m_##name SEC(".maps"); \
	SEC("tc") int name(void *ctx) \
	{ \
		int key = 0; struct v_##name *v = bpf_map_lookup_elem(&m_##name, &key); \
		if (!v) return 0; \
		bpf_spin_lock(&v->lock); bpf_spin_unlock(&v->lock); \
		return 0; \
	}
LOCKED(plain, u64 n)
LOCKED(one_tag, struct task_struct tag("kptr") *p)
LOCKED(unknown_tag, struct task_struct tag("user") *p)
LOCKED(unknown_beside, struct task_struct tag("user") tag("kptr") *p)
LOCKED(behind_const, struct task_struct tag("kptr") const *p)
LOCKED(same_twice, struct task_struct tag("kptr") tag("kptr") *p)
/* so that the struct is defined, not only named */
SEC("tc") int defines(void *ctx) { struct task_struct *t = bpf_get_current_task_btf(); return t->pid & 1; }
