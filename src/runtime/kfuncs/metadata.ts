// SPDX-License-Identifier: Apache-2.0
// What a packet says of the tunnel or the transformation that it goes through: encapsulation in UDP, xfrm interfaces.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { createObject, fieldNumber, setFields } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { tunnelOf } from '../objects/tunnel.ts'

const destinationOf = (core: Core, skb: number): number => fieldNumber(core, skb, 'sk_buff', '_skb_refdst')

/** One of a CPU, as that of tunnels. */
const xfrm = remember((core: Core) => ({ address: createObject(core, 'metadata_dst'), interface: 0, link: 0 }))

/** Of struct bpf_xfrm_info; of struct bpf_fou_encap. */
const xfrmPlace = { interface: 0, link: 4 } as const
const encapPlace = { source: 0, destination: 2 } as const

export const metadataKfuncs: Models = {
  bpf_skb_set_fou_encap: model(['i32', 'i32', 'i32'], 's32', (core) => (skb, encap) => {
    const tunnel = tunnelOf(core, skb)
    if (encap === 0 || tunnel === undefined) return -errno.EINVAL
    tunnel.encap = core.memory.read(encap, 4)
    return 0
  }),
  bpf_skb_get_fou_encap: model(['i32', 'i32'], 's32', (core) => (skb, encap) => {
    const tunnel = tunnelOf(core, skb)
    if (tunnel === undefined) return -errno.EINVAL
    core.memory.write(encap, tunnel.encap ?? new Uint8Array(encapPlace.destination + 2))
    return 0
  }),
  bpf_skb_set_xfrm_info: model(['i32', 'i32'], 's32', (core) => (skb, from) => {
    const info = xfrm(core)
    if (destinationOf(core, skb) === info.address || tunnelOf(core, skb) !== undefined) return -errno.EINVAL
    info.interface = core.memory.u32(from + xfrmPlace.interface)
    info.link = core.memory.u32(from + xfrmPlace.link)
    setFields(core, skb, 'sk_buff', { _skb_refdst: info.address })
    return 0
  }),
  bpf_skb_get_xfrm_info: model(['i32', 'i32'], 's32', (core) => (skb, to) => {
    const info = xfrm(core)
    if (destinationOf(core, skb) !== info.address) return -errno.EINVAL
    core.memory.setU32(to + xfrmPlace.interface, info.interface)
    core.memory.setU32(to + xfrmPlace.link, info.link)
    return 0
  }),
}
