// SPDX-License-Identifier: Apache-2.0
// A filter for the mail server of hooks.ts: it implements the hooks of struct mail_ops.
#include "example.h"
#include <bpf/bpf_tracing.h>

struct sender { int id; };
struct mail { unsigned int size; int folder; };
struct mail_ops {
	int (*deliver)(struct mail *mail, struct sender *sender);
	char name[16];
};

extern int sender_rank(struct sender *sender) __ksym;

SEC("struct_ops/deliver")
int BPF_PROG(deliver, struct mail *mail, struct sender *sender)
{
	if (!sender || sender_rank(sender) < 3)
		mail->folder = 1;
	return mail->size > 1 << 20 ? -1 : 0;
}

SEC(".struct_ops.link")
struct mail_ops spam = { .deliver = (void *)deliver, .name = "spam" };
