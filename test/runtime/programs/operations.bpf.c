// SPDX-License-Identifier: Apache-2.0
// Implements the hooks of test/runtime/operations-module.ts.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct visitor { int id; };
struct limit_request { u32 size; char verdict; u64 spent; struct visitor *visitor; };
struct limiter_ops {
	int (*init)(int budget);
	int (*admit)(struct limit_request *request, struct visitor *visitor);
	u64 (*spent)(void);
	bool (*is_open)(u32 hour);
	struct visitor *(*owner)(void);
	void (*done)(void);
	u32 limit;
	char name[16];
};

extern int visitor_score(struct visitor *visitor) __ksym;
extern void limiter_note(int what) __ksym;
extern int limiter_wait(int ms) __ksym;

int budget = 0, done_calls = 0;
u64 spent_bytes = 0;

SEC("struct_ops.s/init")
int BPF_PROG(init, int given)
{
	budget = given;
	limiter_note(given);
	return given < 0 ? -22 : 0;
}

SEC("struct_ops/admit")
int BPF_PROG(admit, struct limit_request *request, struct visitor *visitor)
{
	int score = visitor ? visitor_score(visitor) : 0;

	if (request->size > budget)
		return -1;
	spent_bytes += request->size;
	request->spent = spent_bytes;
	request->verdict = 'y';
	return score;
}

SEC("struct_ops/spent")
u64 BPF_PROG(spent)
{
	return spent_bytes | 1ULL << 63;
}

SEC("struct_ops/is_open")
bool BPF_PROG(is_open, u32 hour)
{
	return hour >= 8 && hour < 18;
}

SEC("struct_ops/done")
int BPF_PROG(done)
{
	done_calls++;
	return 0;
}

/* visitor may be NULL */
SEC("struct_ops/admit")
int BPF_PROG(admit_unchecked, struct limit_request *request, struct visitor *visitor)
{
	return visitor->id;
}

/* only verdict and spent may be written */
SEC("struct_ops/admit")
int BPF_PROG(admit_resized, struct limit_request *request, struct visitor *visitor)
{
	request->size = 0;
	return 0;
}

/* limiter_note() is for init */
SEC("struct_ops/admit")
int BPF_PROG(admit_noted, struct limit_request *request, struct visitor *visitor)
{
	limiter_note(1);
	return 0;
}

/* only init may sleep */
SEC("struct_ops.s/admit")
int BPF_PROG(admit_asleep, struct limit_request *request, struct visitor *visitor)
{
	return 0;
}

SEC("struct_ops.s/init")
int BPF_PROG(init_waiting, int given)
{
	return limiter_wait(given);
}

SEC(".struct_ops.link")
struct limiter_ops first = {
	.init = (void *)init,
	.admit = (void *)admit,
	.spent = (void *)spent,
	.is_open = (void *)is_open,
	.done = (void *)done,
	.limit = 7,
	.name = "first",
};
SEC(".struct_ops.link")
struct limiter_ops second = { .init = (void *)init_waiting, .admit = (void *)admit, .name = "second" };
SEC(".struct_ops")
struct limiter_ops plain = { .admit = (void *)admit };
SEC(".struct_ops")
struct limiter_ops empty = { .init = (void *)init };
SEC(".struct_ops")
struct limiter_ops unchecked = { .admit = (void *)admit_unchecked };
SEC(".struct_ops")
struct limiter_ops resized = { .admit = (void *)admit_resized };
SEC(".struct_ops")
struct limiter_ops noted = { .admit = (void *)admit_noted };
SEC(".struct_ops")
struct limiter_ops asleep = { .admit = (void *)admit_asleep };
