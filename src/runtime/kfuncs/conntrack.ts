// SPDX-License-Identifier: Apache-2.0
// Looking connections up: a machine tracks none.

import { model, type Model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'

/** struct bpf_ct_opts: its sizes, and where its fields lie. */
const OPTS_SIZE = 16
const OLD_SIZE = 12
const place = { netns: 0, error: 4, protocol: 8, zone: 10, reserved: 13 } as const
const protocols: ReadonlySet<number> = new Set([6, 17])
/** Of a tuple of IPv4, of IPv6. */
const tupleSizes: ReadonlySet<number> = new Set([12, 36])

function lookupError({ memory }: Core, tupleSize: number, opts: number, size: number): number {
  if (size !== OPTS_SIZE && size !== OLD_SIZE) return errno.EINVAL
  const { view, u8 } = memory
  const isOld = size === OLD_SIZE
  if (
    isOld
      ? view.getUint16(opts + place.zone, true) !== 0
      : u8.subarray(opts + place.reserved, opts + OPTS_SIZE).some((byte) => byte !== 0)
  )
    return errno.EINVAL
  if (!protocols.has(u8[opts + place.protocol]!)) return errno.EPROTO
  const netns = view.getInt32(opts + place.netns, true)
  if (netns < -1) return errno.EINVAL
  if (!tupleSizes.has(tupleSize)) return errno.EAFNOSUPPORT
  return netns >= 0 ? errno.ENONET : errno.ENOENT
}

const lookup: Model = model(['none', 'none', 'i32', 'i32', 'i32'], 'u32', (core) => (tupleSize, opts, size) => {
  // without room for it nothing is told
  if (size >= place.error + 4) core.memory.setU32(opts + place.error, -lookupError(core, tupleSize, opts, size))
  return 0
})

export const conntrackKfuncs: Models = { bpf_skb_ct_lookup: lookup, bpf_xdp_ct_lookup: lookup }
