// SPDX-License-Identifier: Apache-2.0
// verifier.rst: Direct packet access
// The packet and the context.
#include "example.h"

struct header { u8 to[6], from[6]; u16 kind; };

// ACCEPT: compared with the end first
SEC("xdp")
int header_checked(struct xdp_md *xdp)
{
	void *data = (void *)(long)xdp->data, *end = (void *)(long)xdp->data_end;
	struct header *header = data;

	if ((void *)(header + 1) > end)
		return 1;
	return header->kind ? 2 : 1;
}

// REJECT (fixed by header_checked): the packet may be shorter
// kernel 6.12: R1 offset is outside of the packet
SEC("xdp")
int header_unchecked(struct xdp_md *xdp)
{
	struct header *header = (void *)(long)xdp->data;

	// rejected: no comparison with data_end
	return header->kind ? 2 : 1;
}

// ACCEPT: every XDP program may read the device it came in by
SEC("xdp")
int read_ingress(struct xdp_md *xdp)
{
	return xdp->ingress_ifindex == 1 ? 1 : 2;
}

// REJECT (fixed by read_ingress): the egress device is for programs in a devmap
// kernel 6.12: invalid bpf_context access off=20 size=4
SEC("xdp")
int read_egress(struct xdp_md *xdp)
{
	// rejected: not in this kind of XDP program
	return xdp->egress_ifindex == 1 ? 1 : 2;
}
