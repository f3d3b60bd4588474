// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2 Annotating kfunc parameters
// The iterator argument (also marked __iter where a kfunc is not of the iterator's own triple).
#include "example.h"

u64 seen;

// ACCEPT: new, next, destroy on one iterator on the stack
SEC("tc")
int iter_on_stack(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	int *v;

	bpf_iter_num_new(&it, 0, 10);
	while ((v = bpf_iter_num_next(&it)))
		seen += *v;
	bpf_iter_num_destroy(&it);
	return 0;
}

// REJECT (fixed by iter_on_stack): next needs an iterator that new made
// kernel 6.12: expected an initialized iter_num as arg #0
SEC("tc")
int iter_not_made(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	int *v;

	// rejected: nothing made it
	while ((v = bpf_iter_num_next(&it)))
		seen += *v;
	bpf_iter_num_destroy(&it);
	return 0;
}

struct bpf_iter_num global_it;

// REJECT (fixed by iter_on_stack): an iterator lives on the stack
// kernel 6.12: arg#0 expected pointer to an iterator on stack
SEC("tc")
int iter_in_global(struct __sk_buff *skb)
{
	// rejected: a global is not the stack
	bpf_iter_num_new(&global_it, 0, 10);
	bpf_iter_num_destroy(&global_it);
	return 0;
}

// REJECT (fixed by iter_on_stack): the iterator must be of the right type
// kernel 6.12: expected an initialized iter_num as arg #0
SEC("tc")
int iter_wrong_type(struct __sk_buff *skb)
{
	struct bpf_iter_bits it;
	u64 word = 5;
	int *v;

	bpf_iter_bits_new(&it, &word, 1);
	// rejected: a bits iterator given to the number iterator
	while ((v = bpf_iter_num_next((void *)&it)))
		seen += *v;
	bpf_iter_bits_destroy(&it);
	return 0;
}
