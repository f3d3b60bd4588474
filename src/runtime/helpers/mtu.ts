// SPDX-License-Identifier: Apache-2.0
// bpf_check_mtu(): would a packet be too long for a device?

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { notModelled } from '../core/errors.ts'
import { fieldNumber } from '../core/objects.ts'
import { loopback } from '../objects/net.ts'
import { sharedInfo, skbLength, UNSET } from '../objects/skb.ts'
import { xdpPacket } from '../objects/xdp.ts'

const CHK_SEGS = 1n
const SUCCESS = 0
const FRAG_NEEDED = 1

/** 0: there is none. */
function deviceOf(core: Core, current: number, ifindex: number): number {
  if (ifindex === 0) return current
  const lo = loopback(core)
  if (ifindex === fieldNumber(core, lo, 'net_device', 'ifindex')) return lo
  if (core.devices?.has(ifindex)) throw notModelled(`bpf_check_mtu() of device ${ifindex}`)
  return 0
}

const isXdp = (core: Core): boolean => core.current?.type === 'BPF_PROG_TYPE_XDP'

function currentDevice(core: Core, context: number): number {
  if (!isXdp(core)) return fieldNumber(core, context, 'sk_buff', 'dev')
  return fieldNumber(core, fieldNumber(core, context, 'xdp_buff', 'rxq'), 'xdp_rxq_info', 'dev')
}

function lengthOf(core: Core, context: number): number {
  if (!isXdp(core)) return skbLength(core, context)
  const { data, end } = xdpPacket(core, context)
  return end - data
}

/** A packet of segments fits: how long those are is asked for by a flag. */
function segmentsFit(core: Core, skb: number, flags: bigint): number | undefined {
  if (isXdp(core) || fieldNumber(core, sharedInfo(core, skb), 'skb_shared_info', 'gso_size') === 0) return undefined
  if (flags === 0n) return SUCCESS
  if (fieldNumber(core, skb, 'sk_buff', 'transport_header') === UNSET) return -errno.EINVAL
  throw notModelled('bpf_check_mtu() of segments')
}

export const mtuHelpers: Models = {
  bpf_check_mtu: model(['i32', 'i32', 'i32', 'i32', 'i64'], 's32', (core) => (context, ifindex, at, by, flags) => {
    const { memory } = core
    const given = memory.u32(at)
    if ((flags & ~(isXdp(core) ? 0n : CHK_SEGS)) !== 0n || (flags !== 0n && (by !== 0 || given !== 0)))
      return -errno.EINVAL
    const device = deviceOf(core, currentDevice(core, context), ifindex)
    if (device === 0) return -errno.ENODEV
    const [mtu, header] = ['mtu', 'hard_header_len'].map((field) => fieldNumber(core, device, 'net_device', field)) as [
      number,
      number,
    ]
    const length = ((given === 0 ? lengthOf(core, context) : given + header) + by) | 0
    const answer = length <= mtu + header ? SUCCESS : (segmentsFit(core, context, flags) ?? FRAG_NEEDED)
    if (answer >= 0) memory.setU32(at, mtu)
    return answer
  }),
}
