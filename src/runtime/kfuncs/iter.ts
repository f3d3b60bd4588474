// SPDX-License-Identifier: Apache-2.0
// Open-coded iterators over numbers and bits. What one holds between calls is the kernel's: struct bpf_iter_num_kern, bpf_iter_bits_kern.

import { model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'
import { isThere, kernelError } from '../helpers/probe.ts'

/** BPF_MAX_LOOPS. */
const MOST_LOOPS = 8 << 20

/** cur, end */
const numbers: Models = {
  bpf_iter_num_new: {
    ...model(['i32', 'i32', 'i32'], 's32', ({ memory }) => (it, start, end) => {
      const error = start > end ? errno.EINVAL : end - start > MOST_LOOPS ? errno.E2BIG : 0
      memory.setU32(it, error === 0 ? start - 1 : 0)
      memory.setU32(it + 4, error === 0 ? end : 0)
      return -error
    }),
    inline: { kind: 'iter-num-new' },
  },
  bpf_iter_num_next: {
    ...model(['i32'], 'u32', ({ memory }) => (it) => {
      const at = it >> 2
      const { i32 } = memory
      const next = (i32[at]! + 1) | 0
      if (next >= i32[at + 1]!) {
        i32[at] = 0
        i32[at + 1] = 0
        return 0
      }
      i32[at] = next
      return it
    }),
    inline: { kind: 'iter-num-next' },
  },
  bpf_iter_num_destroy: {
    ...model(['i32'], 'none', ({ memory }) => (it) => {
      memory.u8.fill(0, it, it + 8)
    }),
    inline: { kind: 'iter-num-destroy' },
  },
}

/** BITS_ITER_NR_WORDS_MAX. */
const MOST_WORDS = 511
const NR_BITS = 8
const BIT = 12

/** Where copied bits lie, or they themselves where they are 64; their number, and where the iterator is. */
const bits: Models = {
  bpf_iter_bits_new: model(['i32', 'i64', 'i32'], 's32', ({ memory }) => (it, from, words) => {
    memory.u8.fill(0, it, it + BIT)
    memory.setU32(it + BIT, -1)
    if (from === 0n || words === 0) return -errno.EINVAL
    if (words >>> 0 > MOST_WORDS) return -errno.E2BIG
    const at = BigInt.asUintN(64, from)
    if (!isThere(memory, at, 8 * words)) return words === 1 ? -errno.EFAULT : kernelError(at)
    const to = words === 1 ? it : memory.allocate(8 * words, 'bits of an iterator')
    memory.u8.copyWithin(to, Number(at), Number(at) + 8 * words)
    if (words > 1) memory.setPointer(it, to)
    memory.setU32(it + NR_BITS, 64 * words)
    return 0
  }),
  bpf_iter_bits_next: model(['i32'], 'u32', ({ memory }) => (it) => {
    const { u8, view } = memory
    const count = view.getInt32(it + NR_BITS, true)
    let bit = view.getInt32(it + BIT, true)
    if (bit >= count) return 0
    const start = count === 64 ? it : memory.pointer(it)
    for (bit++; bit < count && ((u8[start + (bit >> 3)]! >> (bit & 7)) & 1) === 0; ) bit++
    memory.setU32(it + BIT, bit)
    return bit < count ? it + BIT : 0
  }),
  bpf_iter_bits_destroy: model(['i32'], 'none', ({ memory }) => (it) => {
    if (memory.u32(it + NR_BITS) > 64) memory.free(memory.pointer(it))
  }),
}

export const iterKfuncs: Models = { ...numbers, ...bits }
