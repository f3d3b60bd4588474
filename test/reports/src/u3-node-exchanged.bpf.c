// constructed: what an exchange gives back is kept, and forgotten
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define bpf_obj_new(type) ((type *)bpf_obj_new_impl(bpf_core_type_id_local(type), NULL))
extern void *bpf_obj_new_impl(__u64 local_type_id, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *kptr, void *meta) __ksym;
#define bpf_obj_drop(kptr) bpf_obj_drop_impl(kptr, NULL)
#include <bpf/bpf_core_read.h>

struct note {
	__u64 at;
	__u64 length;
};
struct kept {
	struct note __kptr *note;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kept);
} latest SEC(".maps");

SEC("tc")
int keep(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct kept *kept = bpf_map_lookup_elem(&latest, &zero);
	struct note *note;

	if (!kept)
		return 0;
	note = bpf_obj_new(struct note);
	if (!note)
		return 0;
	note->length = skb->len;
	note = bpf_kptr_xchg(&kept->note, note);
	if (note)
		return 1;
	return 0;
}
char _license[] SEC("license") = "GPL";
