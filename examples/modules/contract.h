/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * One kfunc for each parameter annotation and each flag of kfuncs.rst, as of
 * Linux 6.12. This text is read three ways: by defineModule (contract-module.ts),
 * by the kernel module that defines the same functions (kfuncs_contract.c), and
 * by the programs that call them (*.bpf.c).
 */

/** struct kc_obj - a refcounted object that programs may hold */
struct kc_obj {
	u64 id;
	struct kc_obj *next;
	u32 value;
	u32 refs;
};

/* 2.6: C calls it equivalent to kc_obj: it begins with one. */
struct kc_outer {
	struct kc_obj obj;
	u64 more;
};

/* 2.6: a kc_obj that is not initialised yet; never passes for one that is. */
struct kc_obj___init {
	struct kc_obj obj;
};

/* An object without a destructor: no map may keep it. */
struct kc_plain {
	u64 id;
};

struct bpf_iter_kc {
	u64 at;
	u64 end;
} __attribute__((aligned(8)));

struct bpf_iter_kcr {
	u64 at;
} __attribute__((aligned(8)));

struct bpf_map;
struct bpf_dynptr;

/* Parameter annotations */

__bpf_kfunc int kc_sz(const void *mem, u32 mem__sz);
__bpf_kfunc int kc_szk(const void *mem, u32 mem__szk);
__bpf_kfunc int kc_k(u32 index__k);
__bpf_kfunc int kc_uninit(struct bpf_dynptr *ptr__uninit);
__bpf_kfunc int kc_dynptr(struct bpf_dynptr *ptr);
__bpf_kfunc int kc_opt(const void *buf__opt, u32 buf__szk);
__bpf_kfunc int kc_str(const char *name__str);
__bpf_kfunc int kc_ign(u32 number__k, void *aux__ign);
__bpf_kfunc int kc_map(struct bpf_map *map__map);
__bpf_kfunc int kc_alloc(void *object__alloc);
__bpf_kfunc int kc_refcounted(void *object__refcounted_kptr);
__bpf_kfunc int kc_nullable(struct kc_obj *obj__nullable);
__bpf_kfunc int kc_iter(struct bpf_iter_kc *it__iter);

/* Flags */

/**
 * kc_acquire() - finds an object and takes a reference to it
 * @id: which object
 * Return: the object, to be given back with kc_release(); NULL where there is none
 */
__bpf_kfunc struct kc_obj *kc_acquire(u64 id);

/**
 * kc_release() - gives back a reference
 * @obj: what kc_acquire() returned
 */
__bpf_kfunc void kc_release(struct kc_obj *obj);
__bpf_kfunc void kc_release_dtor(void *obj);

__bpf_kfunc struct kc_obj *kc_find(u64 id);
__bpf_kfunc int kc_trusted(struct kc_obj *obj);
__bpf_kfunc int kc_sleep(u32 ms);
__bpf_kfunc int kc_destroy(u32 what);
__bpf_kfunc int kc_rcu(struct kc_obj *obj);
__bpf_kfunc struct kc_outer *kc_outer_acquire(u64 id);
__bpf_kfunc void kc_outer_release(struct kc_outer *outer);
__bpf_kfunc struct kc_obj___init *kc_init_acquire(u64 id);
__bpf_kfunc void kc_init_release(struct kc_obj___init *init);
__bpf_kfunc int kc_init_set(struct kc_obj___init *init, u32 value);
__bpf_kfunc struct kc_plain *kc_plain_acquire(u64 id);
__bpf_kfunc void kc_plain_release(struct kc_plain *plain);

__bpf_kfunc int bpf_iter_kc_new(struct bpf_iter_kc *it, u64 end);
__bpf_kfunc u64 *bpf_iter_kc_next(struct bpf_iter_kc *it);
__bpf_kfunc void bpf_iter_kc_destroy(struct bpf_iter_kc *it);

__bpf_kfunc int bpf_iter_kcr_new(struct bpf_iter_kcr *it);
__bpf_kfunc u64 *bpf_iter_kcr_next(struct bpf_iter_kcr *it);
__bpf_kfunc void bpf_iter_kcr_destroy(struct bpf_iter_kcr *it);

/**
 * kc_old() - what kc_k() does, but older
 *
 * Deprecated: use kc_k(); to be removed in 1.2.
 */
__bpf_kfunc int kc_old(u32 index);

/* Registration: for XDP only; and behind a filter. */

__bpf_kfunc int kc_xdp_only(u32 index);
__bpf_kfunc int kc_filtered(u32 index);
