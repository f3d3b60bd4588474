// SPDX-License-Identifier: Apache-2.0
// ld_abs and ld_ind, RFC 9669 §5.5: a number in network order at an offset of the packet. Negative offsets from SKF_LL_OFF and SKF_NET_OFF on
// are from the link layer's and the network layer's header.

import { model, type Model, type Models } from '../core/abi.ts'
import { fieldNumber } from '../core/objects.ts'
import { skbData, skbLength } from '../objects/skb.ts'

const SKF_NET_OFF = -0x100000
const SKF_LL_OFF = -0x200000

const load = (size: number): Model =>
  model(['i32', 'i32'], 'i64', (core) => (skb, offset) => {
    const data = skbData(core, skb)
    const head = fieldNumber(core, skb, 'sk_buff', 'head')
    let at = data + offset
    if (offset < 0) {
      if (offset >= SKF_NET_OFF) at = head + fieldNumber(core, skb, 'sk_buff', 'network_header') + offset - SKF_NET_OFF
      else if (offset >= SKF_LL_OFF) at = head + fieldNumber(core, skb, 'sk_buff', 'mac_header') + offset - SKF_LL_OFF
      else return -14n
    }
    if (at < head || at + size > data + skbLength(core, skb)) return -14n
    const { view } = core.memory
    return BigInt(size === 4 ? view.getUint32(at) : size === 2 ? view.getUint16(at) : view.getUint8(at))
  })

export const packetLoads: Models = { ld_abs8: load(1), ld_abs16: load(2), ld_abs32: load(4) }
