// SPDX-License-Identifier: Apache-2.0
// Tunnel metadata of packets, struct metadata_dst. One of a CPU: what was set last holds for every packet that it was set on. A packet
// points to its address.

import type { Core } from '../core/core.ts'
import { createObject, fieldNumber, setFields } from '../core/objects.ts'
import { remember } from '../core/remember.ts'

export interface Tunnel {
  /** struct bpf_tunnel_key */
  readonly key: Uint8Array
  readonly isIpv6: boolean
  options: Uint8Array | undefined
  /** struct bpf_fou_encap */
  encap: Uint8Array | undefined
}

const metadata = remember((core: Core) => ({
  address: createObject(core, 'metadata_dst'),
  tunnel: undefined as Tunnel | undefined,
}))

/** undefined: the packet has none. */
export const tunnelOf = (core: Core, skb: number): Tunnel | undefined => {
  const md = metadata(core)
  return fieldNumber(core, skb, 'sk_buff', '_skb_refdst') === md.address ? md.tunnel : undefined
}

export function setTunnel(core: Core, skb: number, tunnel: Tunnel): void {
  const md = metadata(core)
  md.tunnel = tunnel
  setFields(core, skb, 'sk_buff', { _skb_refdst: md.address })
}
