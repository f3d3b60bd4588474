// SPDX-License-Identifier: Apache-2.0
// kfuncs on dynptrs.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { type Dynptr, dynptrAt, dynptrTypes, openDynptr, setDynptr, setNullDynptr } from '../objects/dynptr.ts'
import {
  dynptrSlice,
  isWide,
  isWithin,
  metadataLength,
  type Part,
  readDynptr,
  widened,
  widenedWhole,
  writeDynptr,
} from '../objects/dynptr-bytes.ts'
import { skbLength } from '../objects/skb.ts'
import { eachXdpPiece, xdpLength } from '../objects/xdp.ts'

/** Program types whose programs write packets: to all others a dynptr of one is read-only. */
const writers: ReadonlySet<string> = new Set([
  'BPF_PROG_TYPE_SCHED_CLS',
  'BPF_PROG_TYPE_SCHED_ACT',
  'BPF_PROG_TYPE_XDP',
  'BPF_PROG_TYPE_LWT_XMIT',
  'BPF_PROG_TYPE_SK_SKB',
  'BPF_PROG_TYPE_SK_MSG',
])
const mayWritePackets = (core: Core): boolean => writers.has(core.current?.type ?? '')

const slice = (requireWritable: 'writable' | 'readable') =>
  model(['i32', 'halves', 'i32', 'halves'], 'u32', (core) => {
    const wide = widened(core)
    return (...[at, offset, offsetHigh, buffer, length, lengthHigh]) => {
      const dynptr = dynptrAt(core, at)
      if (requireWritable === 'writable' && dynptr.readOnly) return 0
      const part = { offset: wide(offset, offsetHigh), length: wide(length, lengthHigh) }
      const start = dynptrSlice(core, dynptr, part)
      if (start !== 0 || buffer === 0 || dynptr.type !== dynptrTypes.xdp || !isWithin(dynptr, part)) return start
      // what lies in pieces is put together in the caller's buffer
      const piece = { offset: dynptr.offset + part.offset, size: part.length }
      eachXdpPiece(core, dynptr.data, piece, (from, count, told) => core.memory.copy(buffer + told, from, count))
      return buffer
    }
  })

export const dynptrKfuncs: Models = {
  bpf_dynptr_from_skb: model(['i32', 'i64', 'i32'], 's32', (core) => (skb, flags, at) => {
    const size = skbLength(core, skb)
    return openDynptr(core, at, flags, { data: skb, type: dynptrTypes.skb, size, readOnly: !mayWritePackets(core) })
  }),
  bpf_dynptr_from_skb_meta: model(['i32', 'i64', 'i32'], 's32', (core) => (skb, flags, at) => {
    const size = metadataLength(core, skb)
    return openDynptr(core, at, flags, { data: skb, type: dynptrTypes.skbMeta, size, readOnly: !mayWritePackets(core) })
  }),
  bpf_dynptr_from_xdp: model(['i32', 'i64', 'i32'], 's32', (core) => (xdp, flags, at) => {
    return openDynptr(core, at, flags, { data: xdp, type: dynptrTypes.xdp, size: xdpLength(core, xdp) })
  }),
  bpf_dynptr_slice: slice('readable'),
  bpf_dynptr_slice_rdwr: slice('writable'),
  bpf_dynptr_adjust: model(['i32', 'halves', 'halves'], 's32', (core) => {
    const wide = widened(core)
    return (at, startLow, startHigh, endLow, endHigh) => {
      const [start, end] = [wide(startLow, startHigh), wide(endLow, endHigh)]
      const dynptr = dynptrAt(core, at)
      if (dynptr.data === 0 || start > end) return -errno.EINVAL
      if (end > dynptr.size) return -errno.ERANGE
      setDynptr(core, at, { ...dynptr, offset: dynptr.offset + start, size: end - start })
      return 0
    }
  }),
  bpf_dynptr_is_null: model(['i32'], 'u32', (core) => (at) => (dynptrAt(core, at).data === 0 ? 1 : 0)),
  bpf_dynptr_is_rdonly: model(['i32'], 'u32', (core) => (at) => {
    const { data, readOnly } = dynptrAt(core, at)
    return data !== 0 && readOnly ? 1 : 0
  }),
  // an int of 32 bits, of 64 where sizes are: EINVAL is as wide as that
  bpf_dynptr_size: model(['i32'], 'i64', (core) => {
    const none = isWide(core) ? BigInt(-errno.EINVAL) : BigInt(-errno.EINVAL >>> 0)
    return (at) => {
      const { data, size } = dynptrAt(core, at)
      return data === 0 ? none : BigInt(size)
    }
  }),
  bpf_dynptr_clone: model(['i32', 'i32'], 's32', (core) => (from, to) => {
    const dynptr = dynptrAt(core, from)
    if (dynptr.data === 0) {
      setNullDynptr(core, to)
      return -errno.EINVAL
    }
    setDynptr(core, to, dynptr)
    return 0
  }),
  bpf_dynptr_copy: model(['i32', 'i64', 'i32', 'i64', 'i64'], 's32', (core) => {
    const wide = widenedWhole(core)
    return (to, toOffset, from, fromOffset, size) => {
      const length = wide(size)
      return copy(
        core,
        { dynptr: dynptrAt(core, to), offset: wide(toOffset), length },
        { dynptr: dynptrAt(core, from), offset: wide(fromOffset), length },
      )
    }
  }),
  bpf_dynptr_memset: model(['i32', 'i64', 'i64', 'i32'], 's32', (core) => {
    const wide = widenedWhole(core)
    return (at, offset, size, value) => {
      const dynptr = dynptrAt(core, at)
      const part = { offset: wide(offset), length: wide(size) }
      if (dynptr.readOnly) return -errno.EINVAL
      if (!isWithin(dynptr, part)) return -errno.E2BIG
      const start = dynptrSlice(core, dynptr, part)
      if (start === 0)
        return inChunks(core, part.length, (at, chunk) => {
          core.memory.u8.fill(value & 0xff, at, at + chunk.length)
          return writeDynptr(core, dynptr, { ...chunk, offset: part.offset + chunk.offset }, at, 0n)
        })
      core.memory.u8.fill(value & 0xff, start, start + part.length)
      return 0
    }
  }),
}

interface PartOf extends Part {
  readonly dynptr: Dynptr
}

/** Through a slice of either, where there is one; else the sizes are at fault. */
function copy(core: Core, to: PartOf, from: PartOf): number {
  const source = dynptrSlice(core, from.dynptr, from)
  const target = to.dynptr.readOnly ? 0 : dynptrSlice(core, to.dynptr, to)
  if (source !== 0 && target !== 0) {
    core.memory.u8.copyWithin(target, source, source + from.length)
    return 0
  }
  if (source !== 0) return writeDynptr(core, to.dynptr, to, source, 0n)
  if (target !== 0) return readDynptr(core, from.dynptr, from, target)
  if (!isWithin(to.dynptr, to) || !isWithin(from.dynptr, from)) return -errno.E2BIG
  return inChunks(core, from.length, (at, { offset, length }) => {
    const error = readDynptr(core, from.dynptr, { offset: from.offset + offset, length }, at)
    return error === 0 ? writeDynptr(core, to.dynptr, { offset: to.offset + offset, length }, at, 0n) : error
  })
}

/** What is in no row goes through a buffer of the kernel's, which parts that overlap show. */
const CHUNK = 256
function inChunks(core: Core, size: number, move: (at: number, chunk: Part) => number): number {
  const at = core.memory.allocate(CHUNK, 'a buffer between dynptrs')
  let error = 0
  for (let offset = 0; offset < size && error === 0; offset += CHUNK)
    error = move(at, { offset, length: Math.min(CHUNK, size - offset) })
  core.memory.free(at)
  return error
}
