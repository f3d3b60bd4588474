// SPDX-License-Identifier: Apache-2.0
#include "check.h"

struct element { u64 fired; struct bpf_timer timer; struct bpf_wq work; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, int); __type(value, struct element); } array SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4); __type(key, int); __type(value, struct element); } hash SEC(".maps");

extern int bpf_wq_init(struct bpf_wq *wq, void *map, unsigned int flags) __ksym;
extern int bpf_wq_start(struct bpf_wq *wq, unsigned int flags) __ksym;
extern int bpf_wq_set_callback_impl(struct bpf_wq *wq, int (*callback)(void *map, int *key, void *value), unsigned int flags,
				    void *aux) __ksym;

int keys[8], count, own = 1;
u64 times[8];

static void note(int key)
{
	if (count < 8) {
		keys[count & 7] = key;
		times[count & 7] = bpf_ktime_get_ns();
	}
	count++;
}

static int fire(void *map, int *key, struct element *value)
{
	note(*key);
	value->fired++;
	own = bpf_timer_cancel(&value->timer);
	return 0;
}

static int again(void *map, int *key, struct element *value)
{
	note(*key);
	if (value->fired++ < 2)
		bpf_timer_start(&value->timer, 1000, 0);
	return 0;
}

static int work(void *map, int *key, void *value)
{
	note(100 + *key);
	return 0;
}

SEC("syscall")
int errors(void *ctx)
{
	int key = 3;
	struct element *value = bpf_map_lookup_elem(&array, &key);

	CHECK(value);
	CHECK(bpf_timer_start(&value->timer, 0, 0) == -EINVAL);
	CHECK(bpf_timer_cancel(&value->timer) == -EINVAL);
	CHECK(bpf_timer_set_callback(&value->timer, fire) == -EINVAL);
	CHECK(bpf_timer_init(&value->timer, &array, 2) == -EINVAL);
	CHECK(bpf_timer_init(&value->timer, &array, 16) == -EINVAL);
	CHECK(bpf_timer_init(&value->timer, &array, 1) == 0);
	CHECK(bpf_timer_init(&value->timer, &array, 1) == -EBUSY);
	CHECK(bpf_timer_start(&value->timer, 0, 0) == -EINVAL);
	CHECK(bpf_timer_cancel(&value->timer) == 0);
	CHECK(bpf_timer_set_callback(&value->timer, fire) == 0);
	CHECK(bpf_timer_start(&value->timer, 0, 4) == -EINVAL);
	CHECK(bpf_timer_start(&value->timer, 1000000000000, 0) == 0);
	CHECK(bpf_timer_start(&value->timer, 1000000000000, 2) == 0);
	CHECK(bpf_timer_cancel(&value->timer) == 1);
	CHECK(bpf_timer_cancel(&value->timer) == 0);
	CHECK(bpf_timer_start(&value->timer, 0, 0) == -EINVAL);
	CHECK(bpf_wq_start(&value->work, 0) == -EINVAL);
	CHECK(bpf_wq_set_callback_impl(&value->work, work, 0, NULL) == -EINVAL);
	CHECK(bpf_wq_init(&value->work, &array, 1) == -EINVAL);
	CHECK(bpf_wq_init(&value->work, &array, 0) == 0);
	CHECK(bpf_wq_init(&value->work, &array, 0) == -EBUSY);
	CHECK(bpf_wq_start(&value->work, 0) == -EINVAL);
	CHECK(bpf_wq_set_callback_impl(&value->work, work, 1, NULL) == -EINVAL);
	CHECK(bpf_wq_set_callback_impl(&value->work, work, 0, NULL) == 0);
	CHECK(bpf_wq_start(&value->work, 1) == -EINVAL);
	return 0;
}

/* in the order of their times: 2 at 500, 1 at 1000, 7 of the hash at 2000, 3000 and 4000, work at once */
SEC("syscall")
int start(void *ctx)
{
	struct element *value, new = {};
	int key = 1;

	value = bpf_map_lookup_elem(&array, &key);
	CHECK(value);
	CHECK(!bpf_timer_init(&value->timer, &array, 1) && !bpf_timer_set_callback(&value->timer, fire));
	CHECK(!bpf_timer_start(&value->timer, 1000, 0));
	CHECK(!bpf_wq_init(&value->work, &array, 0) && !bpf_wq_set_callback_impl(&value->work, work, 0, NULL));
	CHECK(!bpf_wq_start(&value->work, 0) && !bpf_wq_start(&value->work, 0));
	key = 2;
	value = bpf_map_lookup_elem(&array, &key);
	CHECK(value);
	CHECK(!bpf_timer_init(&value->timer, &array, 1) && !bpf_timer_set_callback(&value->timer, fire));
	CHECK(!bpf_timer_start(&value->timer, bpf_ktime_get_ns() + 500, 1));
	key = 7;
	bpf_map_update_elem(&hash, &key, &new, 0);
	value = bpf_map_lookup_elem(&hash, &key);
	CHECK(value);
	CHECK(!bpf_timer_init(&value->timer, &hash, 1) && !bpf_timer_set_callback(&value->timer, again));
	CHECK(!bpf_timer_start(&value->timer, 2000, 0));
	return 0;
}

/* timers go with their elements */
SEC("syscall")
int delete(void *ctx)
{
	struct element *value, new = {};
	int key = 7;

	bpf_map_update_elem(&hash, &key, &new, 0);
	value = bpf_map_lookup_elem(&hash, &key);
	CHECK(value);
	CHECK(!bpf_timer_init(&value->timer, &hash, 1) && !bpf_timer_set_callback(&value->timer, again));
	CHECK(!bpf_timer_start(&value->timer, 2000, 0));
	CHECK(!bpf_map_delete_elem(&hash, &key));
	return 0;
}
