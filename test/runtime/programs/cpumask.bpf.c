// SPDX-License-Identifier: Apache-2.0
// With two CPUs, of 64 or more that there could be.
#include "check.h"

struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
void bpf_cpumask_release(struct bpf_cpumask *mask) __ksym;
struct bpf_cpumask *bpf_cpumask_acquire(struct bpf_cpumask *mask) __ksym;
u32 bpf_cpumask_first(const struct cpumask *mask) __ksym;
u32 bpf_cpumask_first_zero(const struct cpumask *mask) __ksym;
u32 bpf_cpumask_first_and(const struct cpumask *a, const struct cpumask *b) __ksym;
void bpf_cpumask_set_cpu(u32 cpu, struct bpf_cpumask *mask) __ksym;
void bpf_cpumask_clear_cpu(u32 cpu, struct bpf_cpumask *mask) __ksym;
bool bpf_cpumask_test_cpu(u32 cpu, const struct cpumask *mask) __ksym;
bool bpf_cpumask_test_and_set_cpu(u32 cpu, struct bpf_cpumask *mask) __ksym;
bool bpf_cpumask_test_and_clear_cpu(u32 cpu, struct bpf_cpumask *mask) __ksym;
void bpf_cpumask_setall(struct bpf_cpumask *mask) __ksym;
void bpf_cpumask_clear(struct bpf_cpumask *mask) __ksym;
bool bpf_cpumask_and(struct bpf_cpumask *to, const struct cpumask *a, const struct cpumask *b) __ksym;
void bpf_cpumask_or(struct bpf_cpumask *to, const struct cpumask *a, const struct cpumask *b) __ksym;
void bpf_cpumask_xor(struct bpf_cpumask *to, const struct cpumask *a, const struct cpumask *b) __ksym;
bool bpf_cpumask_equal(const struct cpumask *a, const struct cpumask *b) __ksym;
bool bpf_cpumask_intersects(const struct cpumask *a, const struct cpumask *b) __ksym;
bool bpf_cpumask_subset(const struct cpumask *a, const struct cpumask *b) __ksym;
bool bpf_cpumask_empty(const struct cpumask *mask) __ksym;
bool bpf_cpumask_full(const struct cpumask *mask) __ksym;
void bpf_cpumask_copy(struct bpf_cpumask *to, const struct cpumask *from) __ksym;
u32 bpf_cpumask_any_distribute(const struct cpumask *mask) __ksym;
u32 bpf_cpumask_weight(const struct cpumask *mask) __ksym;

#define K(mask) ((const struct cpumask *)(mask))
#undef CHECK
#define CHECK(what) do { if (!(what)) { answer = __LINE__; goto out; } } while (0)

SEC("syscall")
int masks(void *ctx)
{
	struct bpf_cpumask *a, *b, *c = NULL;
	int answer = 0;

	a = bpf_cpumask_create();
	if (!a)
		return 1;
	b = bpf_cpumask_create();
	if (!b) {
		bpf_cpumask_release(a);
		return 1;
	}
	CHECK(bpf_cpumask_empty(K(a)));
	CHECK(!bpf_cpumask_full(K(a)));
	CHECK(bpf_cpumask_first(K(a)) >= 2);
	CHECK(bpf_cpumask_first_zero(K(a)) == 0);
	bpf_cpumask_set_cpu(1, a);
	bpf_cpumask_set_cpu(100000, a);
	CHECK(bpf_cpumask_test_cpu(1, K(a)) && !bpf_cpumask_test_cpu(0, K(a)) && !bpf_cpumask_test_cpu(100000, K(a)));
	CHECK(bpf_cpumask_weight(K(a)) == 1);
	CHECK(bpf_cpumask_first(K(a)) == 1);
	CHECK(!bpf_cpumask_test_and_set_cpu(0, b));
	CHECK(bpf_cpumask_test_and_set_cpu(0, b));
	CHECK(!bpf_cpumask_test_and_set_cpu(100000, b));
	CHECK(!bpf_cpumask_intersects(K(a), K(b)));
	CHECK(bpf_cpumask_first_and(K(a), K(b)) >= 2);
	CHECK(!bpf_cpumask_equal(K(a), K(b)));
	CHECK(!bpf_cpumask_and(a, K(a), K(b)));
	bpf_cpumask_set_cpu(1, a);
	bpf_cpumask_or(b, K(a), K(b));
	CHECK(bpf_cpumask_weight(K(b)) == 2);
	CHECK(bpf_cpumask_full(K(b)));
	CHECK(bpf_cpumask_first_zero(K(b)) >= 2);
	CHECK(bpf_cpumask_subset(K(a), K(b)) && !bpf_cpumask_subset(K(b), K(a)));
	CHECK(bpf_cpumask_and(a, K(a), K(b)));
	bpf_cpumask_xor(b, K(a), K(b));
	CHECK(bpf_cpumask_first(K(b)) == 0 && bpf_cpumask_weight(K(b)) == 1);
	bpf_cpumask_setall(b);
	CHECK(bpf_cpumask_full(K(b)) && bpf_cpumask_weight(K(b)) == 2);
	CHECK(bpf_cpumask_any_distribute(K(b)) != bpf_cpumask_any_distribute(K(b)));
	CHECK(bpf_cpumask_any_distribute(K(a)) == 1);
	bpf_cpumask_copy(b, K(a));
	CHECK(bpf_cpumask_equal(K(a), K(b)));
	CHECK(bpf_cpumask_test_and_clear_cpu(1, b));
	CHECK(!bpf_cpumask_test_and_clear_cpu(1, b));
	bpf_cpumask_clear(a);
	CHECK(bpf_cpumask_equal(K(a), K(b)));
	CHECK(bpf_cpumask_any_distribute(K(a)) >= 2);
	c = bpf_cpumask_acquire(a);
	CHECK(c == a && c->usage.refs.counter == 2);
out:
	if (c)
		bpf_cpumask_release(c);
	bpf_cpumask_release(a);
	bpf_cpumask_release(b);
	return answer;
}
