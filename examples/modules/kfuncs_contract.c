// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/* contract.h as a kernel module: loads into Linux 6.12, whose verifier then judges the same callers. */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/module.h>

__bpf_kfunc_start_defs();

#include "contract.h"

static struct kc_obj object = { .id = 1, .next = &object, .refs = 1 };
static struct kc_outer outer = { .obj = { .id = 2, .refs = 1 } };
static struct kc_obj___init fresh = { .obj = { .id = 3, .refs = 1 } };
static struct kc_plain plain = { .id = 4 };

__bpf_kfunc int kc_sz(const void *mem, u32 mem__sz) { return mem__sz; }
__bpf_kfunc int kc_szk(const void *mem, u32 mem__szk) { return mem__szk; }
__bpf_kfunc int kc_k(u32 index__k) { return index__k; }
__bpf_kfunc int kc_uninit(struct bpf_dynptr *ptr__uninit) { return 0; }
__bpf_kfunc int kc_dynptr(struct bpf_dynptr *ptr) { return 0; }
__bpf_kfunc int kc_opt(const void *buf__opt, u32 buf__szk) { return buf__opt ? buf__szk : 0; }
__bpf_kfunc int kc_str(const char *name__str) { return name__str[0]; }
__bpf_kfunc int kc_ign(u32 number__k, void *aux__ign) { return number__k; }
__bpf_kfunc int kc_map(struct bpf_map *map__map) { return map__map->max_entries; }
__bpf_kfunc int kc_alloc(void *object__alloc) { return 0; }
__bpf_kfunc int kc_refcounted(void *object__refcounted_kptr) { return 0; }
__bpf_kfunc int kc_nullable(struct kc_obj *obj__nullable) { return obj__nullable ? obj__nullable->value : 0; }
__bpf_kfunc int kc_iter(struct bpf_iter_kc *it__iter) { return it__iter->at; }

__bpf_kfunc struct kc_obj *kc_acquire(u64 id) { return id == object.id ? &object : NULL; }
__bpf_kfunc void kc_release(struct kc_obj *obj) { }
__bpf_kfunc void kc_release_dtor(void *obj) { kc_release(obj); }
__bpf_kfunc struct kc_obj *kc_find(u64 id) { return id == object.id ? &object : NULL; }
__bpf_kfunc int kc_trusted(struct kc_obj *obj) { return obj->value; }
__bpf_kfunc int kc_sleep(u32 ms) { msleep(ms); return 0; }
__bpf_kfunc int kc_destroy(u32 what) { return 0; }
__bpf_kfunc int kc_rcu(struct kc_obj *obj) { return obj->value; }
__bpf_kfunc struct kc_outer *kc_outer_acquire(u64 id) { return &outer; }
__bpf_kfunc void kc_outer_release(struct kc_outer *outer) { }
__bpf_kfunc struct kc_obj___init *kc_init_acquire(u64 id) { return &fresh; }
__bpf_kfunc void kc_init_release(struct kc_obj___init *init) { }
__bpf_kfunc int kc_init_set(struct kc_obj___init *init, u32 value) { init->obj.value = value; return 0; }
__bpf_kfunc struct kc_plain *kc_plain_acquire(u64 id) { return &plain; }
__bpf_kfunc void kc_plain_release(struct kc_plain *plain) { }

__bpf_kfunc int bpf_iter_kc_new(struct bpf_iter_kc *it, u64 end) { it->at = 0; it->end = end; return 0; }
__bpf_kfunc u64 *bpf_iter_kc_next(struct bpf_iter_kc *it) { return it->at++ < it->end ? &it->at : NULL; }
__bpf_kfunc void bpf_iter_kc_destroy(struct bpf_iter_kc *it) { }
__bpf_kfunc int bpf_iter_kcr_new(struct bpf_iter_kcr *it) { it->at = 0; return 0; }
__bpf_kfunc u64 *bpf_iter_kcr_next(struct bpf_iter_kcr *it) { return it->at++ < 3 ? &it->at : NULL; }
__bpf_kfunc void bpf_iter_kcr_destroy(struct bpf_iter_kcr *it) { }

__bpf_kfunc int kc_old(u32 index) { return index; }
__bpf_kfunc int kc_xdp_only(u32 index) { return index; }
__bpf_kfunc int kc_filtered(u32 index) { return index; }

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(kc_set)
BTF_ID_FLAGS(func, kc_sz)
BTF_ID_FLAGS(func, kc_szk)
BTF_ID_FLAGS(func, kc_k)
BTF_ID_FLAGS(func, kc_uninit)
BTF_ID_FLAGS(func, kc_dynptr)
BTF_ID_FLAGS(func, kc_opt)
BTF_ID_FLAGS(func, kc_str)
BTF_ID_FLAGS(func, kc_ign)
BTF_ID_FLAGS(func, kc_map)
BTF_ID_FLAGS(func, kc_alloc)
BTF_ID_FLAGS(func, kc_refcounted)
BTF_ID_FLAGS(func, kc_nullable, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, kc_iter)
BTF_ID_FLAGS(func, kc_acquire, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, kc_release, KF_RELEASE)
BTF_ID_FLAGS(func, kc_find, KF_RET_NULL)
BTF_ID_FLAGS(func, kc_trusted, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, kc_sleep, KF_SLEEPABLE)
BTF_ID_FLAGS(func, kc_destroy, KF_DESTRUCTIVE)
BTF_ID_FLAGS(func, kc_rcu, KF_RCU)
BTF_ID_FLAGS(func, kc_outer_acquire, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, kc_outer_release, KF_RELEASE)
BTF_ID_FLAGS(func, kc_init_acquire, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, kc_init_release, KF_RELEASE)
BTF_ID_FLAGS(func, kc_init_set, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, kc_plain_acquire, KF_ACQUIRE | KF_RET_NULL)
BTF_ID_FLAGS(func, kc_plain_release, KF_RELEASE)
BTF_ID_FLAGS(func, bpf_iter_kc_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_kc_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_kc_destroy, KF_ITER_DESTROY)
BTF_ID_FLAGS(func, bpf_iter_kcr_new, KF_ITER_NEW | KF_RCU_PROTECTED)
BTF_ID_FLAGS(func, bpf_iter_kcr_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_kcr_destroy, KF_ITER_DESTROY)
BTF_ID_FLAGS(func, kc_old)
BTF_KFUNCS_END(kc_set)

BTF_KFUNCS_START(kc_xdp_set)
BTF_ID_FLAGS(func, kc_xdp_only)
BTF_KFUNCS_END(kc_xdp_set)

BTF_KFUNCS_START(kc_filtered_set)
BTF_ID_FLAGS(func, kc_filtered)
BTF_KFUNCS_END(kc_filtered_set)

/* A filter is asked about every kfunc of its hook, not only those of its set: it must let the others pass. */
BTF_ID_LIST_SINGLE(kc_filtered_id, func, kc_filtered)
static int kc_filter(const struct bpf_prog *prog, u32 kfunc_id)
{
	if (kfunc_id != kc_filtered_id[0])
		return 0;
	return prog->expected_attach_type == BPF_TRACE_FENTRY ? 0 : -EACCES;
}

static const struct btf_kfunc_id_set kc_kfuncs = { .owner = THIS_MODULE, .set = &kc_set };
static const struct btf_kfunc_id_set kc_xdp_kfuncs = { .owner = THIS_MODULE, .set = &kc_xdp_set };
static const struct btf_kfunc_id_set kc_filtered_kfuncs = {
	.owner = THIS_MODULE,
	.set = &kc_filtered_set,
	.filter = kc_filter,
};

BTF_ID_LIST(kc_dtor_ids)
BTF_ID(struct, kc_obj)
BTF_ID(func, kc_release_dtor)

static int __init kfuncs_contract_init(void)
{
	const struct btf_id_dtor_kfunc dtors[] = {
		{ .btf_id = kc_dtor_ids[0], .kfunc_btf_id = kc_dtor_ids[1] },
	};
	int ret;

	ret = register_btf_kfunc_id_set(BPF_PROG_TYPE_SCHED_CLS, &kc_kfuncs);
	ret = ret ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &kc_kfuncs);
	ret = ret ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &kc_xdp_kfuncs);
	ret = ret ?: register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &kc_filtered_kfuncs);
	return ret ?: register_btf_id_dtor_kfuncs(dtors, ARRAY_SIZE(dtors), THIS_MODULE);
}

static void __exit kfuncs_contract_exit(void)
{
}

module_init(kfuncs_contract_init);
module_exit(kfuncs_contract_exit);

MODULE_DESCRIPTION("One kfunc for each annotation and flag");
MODULE_LICENSE("GPL");
