/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the example programs need of the kernel and no more: the fields they
 * read (found on the running kernel by CO-RE), the opaque objects they keep
 * (layout is uapi), and the kfuncs they call.
 */
#ifndef EXAMPLE_H
#define EXAMPLE_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;
typedef __u32 __wsum;
typedef __u16 __sum16;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_USER_RINGBUF = 31,
	BPF_MAP_TYPE_ARENA = 33,
};

enum { BPF_ANY = 0, BPF_F_MMAPABLE = 1 << 10, BPF_F_NO_PREALLOC = 1 };
enum { BPF_RB_FORCE_WAKEUP = 2 };

/* Objects a program keeps in its stack, maps and allocations. */
struct bpf_dynptr { __u64 opaque[2]; } __attribute__((aligned(8)));
struct bpf_spin_lock { __u32 val; };
struct bpf_list_head { __u64 opaque[2]; } __attribute__((aligned(8)));
struct bpf_list_node { __u64 opaque[3]; } __attribute__((aligned(8)));
struct bpf_rb_root { __u64 opaque[2]; } __attribute__((aligned(8)));
struct bpf_rb_node { __u64 opaque[4]; } __attribute__((aligned(8)));
struct bpf_refcount { __u32 opaque[1]; } __attribute__((aligned(4)));
struct bpf_wq { __u64 opaque[2]; } __attribute__((aligned(8)));
struct bpf_timer { __u64 opaque[2]; } __attribute__((aligned(8)));
struct bpf_iter_num { __u64 opaque[1]; } __attribute__((aligned(8)));
struct bpf_iter_task { __u64 opaque[3]; } __attribute__((aligned(8)));
struct bpf_iter_css { __u64 opaque[3]; } __attribute__((aligned(8)));
struct bpf_iter_css_task { __u64 opaque[1]; } __attribute__((aligned(8)));
struct bpf_iter_bits { __u64 opaque[2]; } __attribute__((aligned(8)));
struct bpf_iter_task_vma { __u64 opaque[1]; } __attribute__((aligned(8)));

/* Contexts. */
struct __sk_buff { __u32 len, pkt_type, mark, queue_mapping, protocol; };
struct xdp_md { __u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex; };
struct bpf_sock;

/* Arguments kfuncs take by pointer and size. */
struct bpf_sock_tuple {
	union {
		struct { __be32 saddr, daddr; __be16 sport, dport; } ipv4;
		struct { __be32 saddr[4], daddr[4]; __be16 sport, dport; } ipv6;
	};
};
struct bpf_ct_opts {
	s32 netns_id;
	s32 error;
	u8 l4proto;
	u8 dir;
	u16 ct_zone_id;
	u8 ct_zone_dir;
	u8 reserved[3];
};
struct bpf_crypto_params {
	char type[14];
	u8 reserved[2];
	char algo[128];
	u8 key[256];
	u32 key_len;
	u32 authsize;
};
enum nf_nat_manip_type { NF_NAT_MANIP_SRC, NF_NAT_MANIP_DST };
enum xdp_rss_hash_type { XDP_RSS_TYPE_NONE };
union nf_inet_addr { __u32 all[4]; };

/* Kernel types: only the fields read here, wherever this kernel keeps them. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct cpumask { unsigned long bits[128]; };
struct kernfs_node { u64 id; };
struct inode { unsigned long i_ino; };
struct vfsmount;
struct dentry { struct inode *d_inode; };
struct path { struct vfsmount *mnt; struct dentry *dentry; };
struct file { struct path f_path; struct inode *f_inode; };
struct mm_struct { struct file *exe_file; };
struct vm_area_struct { unsigned long vm_start, vm_end; };
struct cgroup;
struct cgroup_subsys_state { struct cgroup *cgroup; int id; };
struct cgroup { struct cgroup_subsys_state self; int level; struct kernfs_node *kn; };
struct css_set { struct cgroup *dfl_cgrp; };
struct task_struct {
	int pid;
	int tgid;
	char comm[16];
	const struct cpumask *cpus_ptr;
	struct css_set *cgroups;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct task_struct *last_wakee;
	struct mm_struct *mm;
};
struct sock_common { u16 skc_family; };
struct sock { struct sock_common __sk_common; };
struct sk_buff { unsigned int len; struct sock *sk; };
struct xdp_buff { void *data; };
struct socket { struct sock *sk; };
struct linux_binprm { struct file *file; };
struct seq_file { u64 size; };
struct bpf_map { u32 max_entries; };
struct bpf_iter_meta { struct seq_file *seq; u64 session_id; u64 seq_num; };
struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; };
struct bpf_iter__cgroup { struct bpf_iter_meta *meta; struct cgroup *cgroup; };
struct bpf_iter__tcp { struct bpf_iter_meta *meta; struct sock_common *sk_common; };
struct bpf_iter__bpf_map { struct bpf_iter_meta *meta; struct bpf_map *map; };
struct nf_conn { unsigned long status; u32 mark; };
struct nf_conn___init { struct nf_conn ct; };
/* libbpf wants kfunc arguments to be whole types, not forward declarations. */
struct bpf_key { bool has_ref; };
struct bpf_crypto_ctx { u32 siv_len; };
struct pt_regs { unsigned long ip; };
#pragma clang attribute pop
struct bpf_cpumask { struct cpumask cpumask; u32 usage; } __attribute__((preserve_access_index));

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#ifndef __naked
#define __naked __attribute__((naked))
#endif
#ifndef __clobber_all
#define __clobber_all "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "memory"
#endif
#define private(name) SEC(".data." #name) __hidden __attribute__((aligned(8)))
#define __contains(type, node) __attribute__((btf_decl_tag("contains:" #type ":" #node)))
#define container(ptr, type, member) ((type *)((void *)(ptr) - __builtin_offsetof(type, member)))
/* The compiler must not know what is in the variable. */
#define opaque(var) asm volatile("" : "+r"(var))

#define new_object(type) ((type *)bpf_obj_new_impl(bpf_core_type_id_local(type), NULL))
#define drop_object(p) bpf_obj_drop_impl(p, NULL)
#define new_percpu(type) ((type __percpu_kptr *)bpf_percpu_obj_new_impl(bpf_core_type_id_local(type), NULL))
#define drop_percpu(p) bpf_percpu_obj_drop_impl((void *)(p), NULL)
#define another(p) ((typeof(p))bpf_refcount_acquire_impl(p, NULL))
#define push_front(head, node) bpf_list_push_front_impl(head, node, NULL, 0)
#define push_back(head, node) bpf_list_push_back_impl(head, node, NULL, 0)
#define rbtree_add(root, node, less) bpf_rbtree_add_impl(root, node, less, NULL, 0)

/* Core kfuncs. */
void *bpf_obj_new_impl(u64 local_type_id, void *meta) __ksym;
void bpf_obj_drop_impl(void *p, void *meta) __ksym;
void *bpf_percpu_obj_new_impl(u64 local_type_id, void *meta) __ksym;
void bpf_percpu_obj_drop_impl(void *p, void *meta) __ksym;
void *bpf_refcount_acquire_impl(void *p, void *meta) __ksym;
int bpf_list_push_front_impl(struct bpf_list_head *head, struct bpf_list_node *node, void *meta, u64 off) __ksym;
int bpf_list_push_back_impl(struct bpf_list_head *head, struct bpf_list_node *node, void *meta, u64 off) __ksym;
struct bpf_list_node *bpf_list_pop_front(struct bpf_list_head *head) __ksym;
struct bpf_list_node *bpf_list_pop_back(struct bpf_list_head *head) __ksym;
int bpf_rbtree_add_impl(struct bpf_rb_root *root, struct bpf_rb_node *node,
			bool (*less)(struct bpf_rb_node *a, const struct bpf_rb_node *b), void *meta, u64 off) __ksym;
struct bpf_rb_node *bpf_rbtree_remove(struct bpf_rb_root *root, struct bpf_rb_node *node) __ksym;
struct bpf_rb_node *bpf_rbtree_first(struct bpf_rb_root *root) __ksym;

struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;
struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
struct cgroup *bpf_cgroup_acquire(struct cgroup *cgrp) __ksym;
void bpf_cgroup_release(struct cgroup *cgrp) __ksym;
struct cgroup *bpf_cgroup_ancestor(struct cgroup *cgrp, int level) __ksym;
struct cgroup *bpf_cgroup_from_id(u64 cgid) __ksym;
long bpf_task_under_cgroup(struct task_struct *task, struct cgroup *ancestor) __ksym;
struct cgroup *bpf_task_get_cgroup1(struct task_struct *task, int hierarchy_id) __ksym;
void cgroup_rstat_updated(struct cgroup *cgrp, int cpu) __ksym;
void cgroup_rstat_flush(struct cgroup *cgrp) __ksym;
void crash_kexec(struct pt_regs *regs) __ksym;

struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
struct bpf_cpumask *bpf_cpumask_acquire(struct bpf_cpumask *cpumask) __ksym;
void bpf_cpumask_release(struct bpf_cpumask *cpumask) __ksym;
void bpf_cpumask_set_cpu(u32 cpu, struct bpf_cpumask *cpumask) __ksym;
bool bpf_cpumask_test_cpu(u32 cpu, const struct cpumask *cpumask) __ksym;
bool bpf_cpumask_and(struct bpf_cpumask *dst, const struct cpumask *a, const struct cpumask *b) __ksym;
void bpf_cpumask_copy(struct bpf_cpumask *dst, const struct cpumask *src) __ksym;
u32 bpf_cpumask_first(const struct cpumask *cpumask) __ksym;
u32 bpf_cpumask_weight(const struct cpumask *cpumask) __ksym;

void *bpf_dynptr_slice(const struct bpf_dynptr *p, u32 offset, void *buffer, u32 size) __ksym;
void *bpf_dynptr_slice_rdwr(const struct bpf_dynptr *p, u32 offset, void *buffer, u32 size) __ksym;
int bpf_dynptr_adjust(const struct bpf_dynptr *p, u32 start, u32 end) __ksym;
bool bpf_dynptr_is_null(const struct bpf_dynptr *p) __ksym;
u32 bpf_dynptr_size(const struct bpf_dynptr *p) __ksym;
int bpf_dynptr_clone(const struct bpf_dynptr *p, struct bpf_dynptr *clone) __ksym;
int bpf_dynptr_from_skb(struct __sk_buff *s, u64 flags, struct bpf_dynptr *ptr) __ksym;
int bpf_dynptr_from_xdp(struct xdp_md *x, u64 flags, struct bpf_dynptr *ptr) __ksym;

void *bpf_cast_to_kern_ctx(void *obj) __ksym;
void *bpf_rdonly_cast(const void *obj, u32 btf_id) __ksym;
void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;
void bpf_preempt_disable(void) __ksym;
void bpf_preempt_enable(void) __ksym;
void bpf_throw(u64 cookie) __ksym;
int bpf_wq_init(struct bpf_wq *wq, void *map, unsigned int flags) __ksym;
int bpf_wq_start(struct bpf_wq *wq, unsigned int flags) __ksym;
int bpf_wq_set_callback_impl(struct bpf_wq *wq, int (*callback)(void *map, int *key, void *value),
			     unsigned int flags, void *aux) __ksym;
s64 bpf_map_sum_elem_count(const struct bpf_map *map) __ksym;
int bpf_copy_from_user_str(void *dst, u32 size, const void *unsafe_ptr, u64 flags) __ksym;

int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task, unsigned int flags) __ksym;
struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym;
void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym;
int bpf_iter_css_new(struct bpf_iter_css *it, struct cgroup_subsys_state *start, unsigned int flags) __ksym;
struct cgroup_subsys_state *bpf_iter_css_next(struct bpf_iter_css *it) __ksym;
void bpf_iter_css_destroy(struct bpf_iter_css *it) __ksym;
int bpf_iter_css_task_new(struct bpf_iter_css_task *it, struct cgroup_subsys_state *css, unsigned int flags) __ksym;
struct task_struct *bpf_iter_css_task_next(struct bpf_iter_css_task *it) __ksym;
void bpf_iter_css_task_destroy(struct bpf_iter_css_task *it) __ksym;
int bpf_iter_bits_new(struct bpf_iter_bits *it, const u64 *unsafe_ptr, u32 nr_words) __ksym;
int *bpf_iter_bits_next(struct bpf_iter_bits *it) __ksym;
void bpf_iter_bits_destroy(struct bpf_iter_bits *it) __ksym;
int bpf_iter_task_vma_new(struct bpf_iter_task_vma *it, struct task_struct *task, u64 addr) __ksym;
struct vm_area_struct *bpf_iter_task_vma_next(struct bpf_iter_task_vma *it) __ksym;
void bpf_iter_task_vma_destroy(struct bpf_iter_task_vma *it) __ksym;

/* Kfuncs of subsystems. */
struct bpf_crypto_ctx *bpf_crypto_ctx_create(const struct bpf_crypto_params *params, u32 size, int *err) __ksym;
struct bpf_crypto_ctx *bpf_crypto_ctx_acquire(struct bpf_crypto_ctx *ctx) __ksym;
void bpf_crypto_ctx_release(struct bpf_crypto_ctx *ctx) __ksym;
int bpf_crypto_encrypt(struct bpf_crypto_ctx *ctx, const struct bpf_dynptr *src, const struct bpf_dynptr *dst,
		       const struct bpf_dynptr *siv) __ksym;
struct file *bpf_get_task_exe_file(struct task_struct *task) __ksym;
void bpf_put_file(struct file *file) __ksym;
int bpf_path_d_path(struct path *path, char *buf, unsigned long size) __ksym;
int bpf_get_file_xattr(struct file *file, const char *name, struct bpf_dynptr *value) __ksym;
struct bpf_key *bpf_lookup_user_key(u32 serial, u64 flags) __ksym;
struct bpf_key *bpf_lookup_system_key(u64 id) __ksym;
void bpf_key_put(struct bpf_key *key) __ksym;
int bpf_verify_pkcs7_signature(struct bpf_dynptr *data, struct bpf_dynptr *sig, struct bpf_key *keyring) __ksym;
int bpf_sock_destroy(struct sock_common *sock) __ksym;
int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, u64 *timestamp) __ksym;
int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, u32 *hash, enum xdp_rss_hash_type *type) __ksym;
struct nf_conn___init *bpf_xdp_ct_alloc(struct xdp_md *ctx, struct bpf_sock_tuple *tuple, u32 tuple_size,
					struct bpf_ct_opts *opts, u32 opts_size) __ksym;
struct nf_conn *bpf_xdp_ct_lookup(struct xdp_md *ctx, struct bpf_sock_tuple *tuple, u32 tuple_size,
				  struct bpf_ct_opts *opts, u32 opts_size) __ksym;
struct nf_conn *bpf_skb_ct_lookup(struct __sk_buff *ctx, struct bpf_sock_tuple *tuple, u32 tuple_size,
				  struct bpf_ct_opts *opts, u32 opts_size) __ksym;
struct nf_conn *bpf_ct_insert_entry(struct nf_conn___init *ct) __ksym;
void bpf_ct_release(struct nf_conn *ct) __ksym;
void bpf_ct_set_timeout(struct nf_conn___init *ct, u32 timeout) __ksym;
int bpf_ct_change_timeout(struct nf_conn *ct, u32 timeout) __ksym;
int bpf_ct_set_nat_info(struct nf_conn___init *ct, union nf_inet_addr *addr, int port,
			enum nf_nat_manip_type manip) __ksym;

#ifndef LICENSE
#define LICENSE "GPL"
#endif
char _license[] SEC("license") = LICENSE;

#endif
