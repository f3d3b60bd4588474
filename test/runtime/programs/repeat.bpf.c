// SPDX-License-Identifier: Apache-2.0
// How often test runs run a program.
#include "check.h"

u32 runs;

SEC("raw_tracepoint/sched_switch")
int raw(struct bpf_raw_tracepoint_args *ctx)
{
	return ctx->args[0];
}

/* Begins at the network header each time: what the run before left of the keys is gone. */
SEC("flow_dissector")
int flow(struct __sk_buff *skb)
{
	struct bpf_flow_keys *keys = skb->flow_keys;

	runs++;
	if (keys->thoff != 14 || keys->is_frag)
		return 1;
	keys->thoff = 34;
	keys->is_frag = 1;
	return 0;
}

SEC("tc")
int mark(struct __sk_buff *skb)
{
	skb->mark++;
	return 0;
}

SEC("tc")
int tells(struct __sk_buff *skb)
{
	runs++;
	bpf_printk("run %d", runs);
	return bpf_redirect(1, 0);
}
