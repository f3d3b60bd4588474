// SPDX-License-Identifier: Apache-2.0
// Helpers that tell what lies in memory by the kernel's types: bpf_snprintf_btf, bpf_seq_printf_btf.

import { type BtfId, sizeOf } from '../../btf/index.ts'
import { flagsOf, model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { textFlags, typedText } from '../core/typed-text.ts'
import { isThere } from './probe.ts'
import { writtenOf } from './seq.ts'

/** struct btf_ptr: where it is, the id of its type, flags that are none yet. */
const POINTER = { type: 8, size: 16 } as const
const ALL_FLAGS = Number(Object.values(textFlags).reduce((all: bigint, flag) => all | flag, 0n))

/** A number: the error. */
function text(core: Core, pointer: number, size: number, flags: number): string | number {
  if (flags > ALL_FLAGS || size !== POINTER.size) return -errno.EINVAL
  const { memory, layouts } = core
  const type = memory.view.getInt32(pointer + POINTER.type, true)
  if (type <= 0) return -errno.EINVAL
  if (type >= layouts.btf.count) return -errno.ENOENT
  const id = type as BtfId
  const length = sizeOf(layouts.btf, id)
  if (length === undefined) return -errno.EINVAL
  const at = memory.number(pointer, 8)
  if (!isThere(memory, at, length)) return -errno.EFAULT
  const has = (flag: bigint): boolean => (BigInt(flags) & flag) !== 0n
  return typedText(layouts.btf, id, memory.read(Number(at), length), {
    compact: has(textFlags.COMPACT),
    bare: has(textFlags.NONAME),
    zeros: has(textFlags.ZERO),
    pointer: (value) => `0x${value.toString(16).padStart(16, '0')}`,
  })
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0))

export const typedHelpers: Models = {
  bpf_snprintf_btf: model(
    ['i32', 'i32', 'i32', 'i32', 'halves'],
    's32',
    (core) =>
      (...[to, size, pointer, pointerSize, low, high]) => {
        const told = text(core, pointer, pointerSize, flagsOf(low, high))
        if (typeof told === 'number') return told
        const bytes = latin1(told)
        const kept = bytes.subarray(0, size - 1)
        core.memory.write(to, kept)
        core.memory.u8[to + kept.length] = 0
        return bytes.length
      },
  ),
  bpf_seq_printf_btf: model(['none', 'i32', 'i32', 'halves'], 's32', (core) => (pointer, size, low, high) => {
    const told = text(core, pointer, size, flagsOf(low, high))
    return typeof told === 'number' ? told : writtenOf(core).add(latin1(told))
  }),
}
