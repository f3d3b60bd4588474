// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.5 Registering the kfuncs
// Metadata of received packets: kfuncs of the driver a program is bound to.
#include "example.h"

// REJECT (fixed by clock_instead): the program must be bound to a device
// kernel 6.12: metadata kfuncs require device-bound program
SEC("xdp")
int metadata_unbound(struct xdp_md *xdp)
{
	u64 timestamp;

	// rejected: which driver?
	bpf_xdp_metadata_rx_timestamp(xdp, &timestamp);
	return 2;
}

// ACCEPT: the kernel's clock instead of the device's
SEC("xdp")
int clock_instead(struct xdp_md *xdp)
{
	return bpf_ktime_get_ns() ? 2 : 1;
}

// REJECT: nor is it for tc
// kernel 6.12: metadata kfuncs require device-bound program
SEC("tc")
int metadata_in_tc(struct __sk_buff *skb)
{
	u64 timestamp;

	// rejected: not registered for tc
	bpf_xdp_metadata_rx_timestamp((void *)skb, &timestamp);
	return 0;
}
