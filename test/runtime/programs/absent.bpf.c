// SPDX-License-Identifier: Apache-2.0
// States of IPsec, of which there is none.
#define BPF_NO_KFUNC_PROTOTYPES
#include "check.h"

enum { ENONET = 64 };

extern struct xfrm_state *bpf_xdp_get_xfrm_state(struct xdp_md *ctx, struct bpf_xfrm_state_opts *opts, u32 opts__sz) __ksym;
extern void bpf_xdp_xfrm_state_release(struct xfrm_state *x) __ksym;

static __always_inline int found(struct xdp_md *xdp, int namespace, u32 size)
{
	struct bpf_xfrm_state_opts options = { .error = 77, .netns_id = namespace };
	struct xfrm_state *state = bpf_xdp_get_xfrm_state(xdp, &options, size);

	if (state) {
		bpf_xdp_xfrm_state_release(state);
		return 1;
	}
	return options.error;
}

SEC("xdp")
int no_state(struct xdp_md *xdp)
{
	CHECK(found(xdp, -1, 3) == 77);
	CHECK(found(xdp, -1, 20) == -EINVAL);
	CHECK(found(xdp, -2, sizeof(struct bpf_xfrm_state_opts)) == -EINVAL);
	CHECK(found(xdp, -1, sizeof(struct bpf_xfrm_state_opts)) == -ENOENT);
	CHECK(found(xdp, 5, sizeof(struct bpf_xfrm_state_opts)) == -ENONET);
	return 0;
}
