// SPDX-License-Identifier: Apache-2.0
// What kernels after 6.12 have: checked on 7.3.
#define BPF_NO_KFUNC_PROTOTYPES
#include "check.h"
#include <bpf/bpf_core_read.h>

#define __kptr __attribute__((btf_type_tag("kptr")))
#define __contains(name, node) __attribute__((btf_decl_tag("contains:" #name ":" #node)))
#define private(name) SEC(".data." #name) __attribute__((visibility("hidden"))) __attribute__((aligned(8)))
#define node_of(at, type, member) ((type *)((void *)(at) - __builtin_offsetof(type, member)))

struct item { struct bpf_list_node in_list; struct bpf_rb_node in_tree; struct bpf_refcount refs; int value; };

private(A) struct bpf_spin_lock lock;
private(A) struct bpf_rb_root root __contains(item, in_tree);
private(B) struct bpf_spin_lock list_lock;
private(B) struct bpf_list_head head __contains(item, in_list);

void *bpf_obj_new(u64 type) __ksym;
void bpf_obj_drop(void *object) __ksym;
int bpf_rbtree_add(struct bpf_rb_root *root, struct bpf_rb_node *node, bool (less)(struct bpf_rb_node *a, const struct bpf_rb_node *b)) __ksym;
struct bpf_rb_node *bpf_rbtree_root(struct bpf_rb_root *root) __ksym;
struct bpf_rb_node *bpf_rbtree_left(struct bpf_rb_root *root, struct bpf_rb_node *node) __ksym;
struct bpf_rb_node *bpf_rbtree_right(struct bpf_rb_root *root, struct bpf_rb_node *node) __ksym;
int bpf_list_push_back(struct bpf_list_head *head, struct bpf_list_node *node) __ksym;
struct bpf_list_node *bpf_list_pop_front(struct bpf_list_head *head) __ksym;
bool bpf_list_empty(struct bpf_list_head *head) __ksym;
int bpf_stream_vprintk(int stream, const char *fmt, const void *args, u32 size) __ksym;
int bpf_probe_read_kernel_dynptr(struct bpf_dynptr *to, u64 off, u64 size, const void *from) __ksym;
int bpf_probe_read_kernel_str_dynptr(struct bpf_dynptr *to, u64 off, u64 size, const void *from) __ksym;

struct { __uint(type, 35 /* BPF_MAP_TYPE_RHASH */); __uint(map_flags, BPF_F_NO_PREALLOC); __uint(max_entries, 2); __type(key, u32); __type(value, u64); } growing SEC(".maps");

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return node_of(a, struct item, in_tree)->value < node_of(b, struct item, in_tree)->value;
}

SEC("syscall")
int tree(void *ctx)
{
	struct bpf_rb_node *at;
	int found = 0, steps = 0, i;

	for (i = 0; i < 7; i++) {
		struct item *one = bpf_obj_new(bpf_core_type_id_local(struct item));

		if (!one)
			return __LINE__;
		one->value = i;
		bpf_spin_lock(&lock);
		bpf_rbtree_add(&root, &one->in_tree, less);
		bpf_spin_unlock(&lock);
	}
	/* However the tree is shaped, 5 is where order says; balanced trees of 7 are no deeper than 4. */
	bpf_spin_lock(&lock);
	at = bpf_rbtree_root(&root);
	for (i = 0; at && i < 10; i++) {
		int value = node_of(at, struct item, in_tree)->value;

		steps++;
		if (value == 5) {
			found = 1;
			break;
		}
		at = value < 5 ? bpf_rbtree_right(&root, at) : bpf_rbtree_left(&root, at);
	}
	bpf_spin_unlock(&lock);
	CHECK(found);
	CHECK(steps <= 4);
	return 0;
}

SEC("syscall")
int list(void *ctx)
{
	struct bpf_list_node *node;
	struct item *one;
	bool before, after;

	bpf_spin_lock(&list_lock);
	before = bpf_list_empty(&head);
	bpf_spin_unlock(&list_lock);
	one = bpf_obj_new(bpf_core_type_id_local(struct item));
	CHECK(one);
	bpf_spin_lock(&list_lock);
	bpf_list_push_back(&head, &one->in_list);
	after = bpf_list_empty(&head);
	node = bpf_list_pop_front(&head);
	bpf_spin_unlock(&list_lock);
	if (node)
		bpf_obj_drop(node_of(node, struct item, in_list));
	CHECK(before && !after && node);
	return 0;
}

SEC("syscall")
int growing_hash(void *ctx)
{
	u32 key = 1;
	u64 value = 7, *at;

	CHECK(bpf_map_update_elem(&growing, &key, &value, BPF_EXIST) == -ENOENT);
	CHECK(!bpf_map_update_elem(&growing, &key, &value, BPF_NOEXIST));
	CHECK(bpf_map_update_elem(&growing, &key, &value, BPF_NOEXIST) == -EEXIST);
	CHECK(bpf_map_update_elem(&growing, &key, &value, 3) == -EINVAL);
	at = bpf_map_lookup_elem(&growing, &key);
	CHECK(at);
	value = 8;
	CHECK(!bpf_map_update_elem(&growing, &key, &value, BPF_ANY));
	/* It changed where it lies. */
	CHECK(*at == 8);
	key = 2;
	CHECK(!bpf_map_update_elem(&growing, &key, &value, BPF_ANY));
	key = 3;
	CHECK(bpf_map_update_elem(&growing, &key, &value, BPF_ANY) == -E2BIG);
	key = 1;
	CHECK(!bpf_map_delete_elem(&growing, &key));
	CHECK(bpf_map_delete_elem(&growing, &key) == -ENOENT);
	key = 2;
	CHECK(!bpf_map_delete_elem(&growing, &key));
	return 0;
}

SEC("syscall")
int streams(void *ctx)
{
	static const char fmt[] = "n %d", bad[] = "%d %d";
	u64 args[1] = { 42 };

	CHECK(bpf_stream_vprintk(3, fmt, args, 8) == -ENOENT);
	CHECK(bpf_stream_vprintk(1, fmt, args, 7) == -EINVAL);
	CHECK(bpf_stream_vprintk(1, bad, args, 8) == -EINVAL);
	CHECK(bpf_stream_vprintk(1, fmt, args, 8) == 0);
	CHECK(bpf_stream_vprintk(2, fmt, args, 8) == 0);
	return 0;
}

static char room[16];
static char text[] = "hello";

SEC("syscall")
int copies(void *ctx)
{
	struct bpf_dynptr to;

	CHECK(!bpf_dynptr_from_mem(room, sizeof(room), 0, &to));
	CHECK(bpf_probe_read_kernel_dynptr(&to, 0, 17, text) == -E2BIG);
	CHECK(bpf_probe_read_kernel_dynptr(&to, 15, 2, text) == -E2BIG);
	CHECK(!bpf_probe_read_kernel_dynptr(&to, 1, 3, text) && room[1] == 'h' && room[3] == 'l' && !room[4]);
	CHECK(bpf_probe_read_kernel_str_dynptr(&to, 0, 16, text) == 6 && room[4] == 'o' && !room[5]);
	CHECK(bpf_probe_read_kernel_str_dynptr(&to, 8, 3, text) == 3 && room[9] == 'e' && !room[10]);
	CHECK(bpf_probe_read_kernel_dynptr(&to, 0, 4, NULL) == -ERANGE);
	return 0;
}
