// SPDX-License-Identifier: Apache-2.0
// What lies behind a dynptr, by its type: memory, or a packet.

import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { notModelled } from '../core/errors.ts'
import { fieldNumber } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { loadSkbBytes, storeSkbBytes } from '../helpers/skb.ts'
import { loadXdpBytes, storeXdpBytes, xdpPointer } from '../helpers/xdp.ts'
import { type Dynptr, dynptrTypes } from './dynptr.ts'
import { sharedInfo, skbData } from './skb.ts'

/** Some bytes of a dynptr: numbers of 32 bits without sign, or of 64 where this kernel takes those. */
export interface Part {
  readonly offset: number
  readonly length: number
}

/** Offsets and lengths are 64 bits wide since 7.0. */
export const isWide = remember(({ kernel: { kfuncs } }): boolean => {
  const slice = kfuncs.get('bpf_dynptr_slice')
  if (slice === undefined) return false
  const { btf, params } = slice
  const type = params[1] === undefined ? undefined : btf.type(params[1].type)
  return type?.kind === 'typedef' && /64$/.test(type.name)
})

/** A number that crossed as halves. What 64 bits hold beyond 2^53 is more than any dynptr has, and stays so. */
export const widened = (core: Core): ((low: number, high: number) => number) =>
  isWide(core) ? (low, high) => (high >>> 0) * 2 ** 32 + (low >>> 0) : (low) => low >>> 0

/** The same of one that crossed whole. */
export const widenedWhole = (core: Core): ((value: bigint) => number) =>
  isWide(core) ? (value) => Number(BigInt.asUintN(64, value)) : (value) => Number(BigInt.asUintN(32, value))

export const isWithin = ({ size }: Dynptr, { offset, length }: Part): boolean =>
  length <= size && offset <= size - length

export function readDynptr(core: Core, from: Dynptr, part: Part, to: number): number {
  if (from.data === 0) return -errno.EINVAL
  if (!isWithin(from, part)) return -errno.E2BIG
  const at = from.offset + part.offset
  switch (from.type) {
    case dynptrTypes.skb:
      return loadSkbBytes(core, from.data, at, to, part.length)
    case dynptrTypes.xdp:
      return loadXdpBytes(core, from.data, at, to, part.length)
    default: {
      const start = pointer(core, from, at)
      core.memory.u8.copyWithin(to, start, start + part.length)
      return 0
    }
  }
}

export function writeDynptr(core: Core, to: Dynptr, part: Part, from: number, flags: bigint): number {
  if (to.data === 0 || to.readOnly) return -errno.EINVAL
  if (!isWithin(to, part)) return -errno.E2BIG
  const at = to.offset + part.offset
  if (to.type === dynptrTypes.skb) return storeSkbBytes(core, to.data, { offset: at, from, size: part.length, flags })
  if (flags !== 0n) return -errno.EINVAL
  if (to.type === dynptrTypes.xdp) return storeXdpBytes(core, to.data, at, from, part.length)
  const start = pointer(core, to, at)
  core.memory.u8.copyWithin(start, from, from + part.length)
  return 0
}

/** Where the bytes lie; 0: nowhere in a row. Socket buffers of ours all do. */
export function dynptrSlice(core: Core, dynptr: Dynptr, part: Part): number {
  if (dynptr.data === 0 || !isWithin(dynptr, part)) return 0
  const at = dynptr.offset + part.offset
  if (dynptr.type !== dynptrTypes.xdp) return pointer(core, dynptr, at)
  const start = xdpPointer(core, dynptr.data, at, part.length)
  return Math.max(start, 0)
}

function pointer(core: Core, { type, data }: Dynptr, at: number): number {
  switch (type) {
    case dynptrTypes.local:
    case dynptrTypes.ringbuf:
    case dynptrTypes.file:
      return data + at
    case dynptrTypes.skb:
      return skbData(core, data) + at
    case dynptrTypes.skbMeta:
      return metadataEnd(core, data) - metadataLength(core, data) + at
    default:
      throw notModelled(`a dynptr of type ${type}`)
  }
}

export const metadataLength = (core: Core, skb: number): number =>
  fieldNumber(core, sharedInfo(core, skb), 'skb_shared_info', 'meta_len')
/** Metadata lies before the link layer's header. */
const metadataEnd = (core: Core, skb: number): number =>
  fieldNumber(core, skb, 'sk_buff', 'head') + fieldNumber(core, skb, 'sk_buff', 'mac_header')
