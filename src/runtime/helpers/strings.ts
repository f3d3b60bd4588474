// SPDX-License-Identifier: Apache-2.0
// Helpers on text: bpf_strtol, bpf_strtoul, bpf_strncmp.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'

interface Parsed {
  readonly value: bigint
  /** Bytes that were used. */
  readonly length: number
}

interface Text {
  readonly at: number
  readonly size: number
  readonly flags: bigint
  readonly signed: boolean
}

/** Blanks, then a sign where one may stand, then digits of the base: 0 asks the text. */
function parse({ memory }: Core, { at, size, flags, signed }: Text): Parsed | number {
  if (at === 0 || size === 0) return -errno.EINVAL
  if (![0n, 8n, 10n, 16n].includes(flags)) return -errno.EINVAL
  const text = memory.text(at, size)
  const shape = signed ? /^(\s*)([-]?)(0[xX][0-9a-fA-F]+|[0-9a-fA-F]+)/ : /^(\s*)()(0[xX][0-9a-fA-F]+|[0-9a-fA-F]+)/
  const found = shape.exec(text)
  if (found === null) return -errno.EINVAL
  const [, blanks = '', sign = '', digits = ''] = found
  const hex = /^0[xX]/.test(digits)
  const base = flags === 0n ? (hex ? 16 : digits.startsWith('0') && digits.length > 1 ? 8 : 10) : Number(flags)
  const bare = base === 16 && hex ? digits.slice(2) : digits
  const used = { 8: /^[0-7]+/, 10: /^[0-9]+/, 16: /^[0-9a-fA-F]+/ }[base]!.exec(bare)?.[0]
  if (used === undefined) return -errno.EINVAL
  const value = BigInt(base === 16 ? `0x${used}` : base === 8 ? `0o${used}` : used)
  if (value > 0xffff_ffff_ffff_ffffn) return -errno.ERANGE
  const length = blanks.length + sign.length + (digits.length - bare.length) + used.length
  if (!signed) return { value, length }
  const result = sign === '-' ? -value : value
  return result < -(1n << 63n) || result >= 1n << 63n ? -errno.ERANGE : { value: result, length }
}

const strto = ({ signed }: Pick<Text, 'signed'>) =>
  model(['i32', 'i32', 'i64', 'i32'], 's32', (core) => (at, size, flags, to) => {
    const parsed = parse(core, { at, size, flags, signed })
    if (typeof parsed === 'number') return parsed
    core.memory.setNumber(to, 8, parsed.value)
    return parsed.length
  })

export const stringHelpers: Models = {
  bpf_strtol: strto({ signed: true }),
  bpf_strtoul: strto({ signed: false }),
  bpf_strncmp: model(['i32', 'i32', 'i32'], 's32', (core) => (at, size, other) => {
    const { u8 } = core.memory
    for (let i = 0; i < size; i++) {
      const [a, b] = [u8[at + i]!, u8[other + i]!]
      if (a !== b) return a < b ? -1 : 1
      if (a === 0) return 0
    }
    return 0
  }),
}
