// SPDX-License-Identifier: Apache-2.0
// Formats of bpf_printk and bpf_snprintf, as the kernel's documentation of printk formats has them and bpf-helpers allows: numbers, pointers, text
// in kernel memory, characters, addresses.

import type { Core } from './core.ts'

/** undefined: a format that the helpers refuse. */
export function format(core: Core, text: string, args: readonly bigint[]): string | undefined {
  let next = 0
  let refused = false
  const out = text.replaceAll(
    /%(%|([-+ #0]*)(\d*)(?:\.(\d+))?(l{0,2}|h{0,2}|z|)([a-zA-Z]?)(\w*))/g,
    (...match: string[]) => {
      const [, whole, flags = '', width = '', precision, length = '', kind = '', more = ''] = match
      if (whole === '%') return '%'
      if (next === args.length) refused = true
      const value = BigInt.asUintN(64, args[next++] ?? 0n)
      const rest = kind === 'p' ? more.replace(/^(K|x|B|s|S|i4|I4|i6|I6)/, '') : more
      const shown = one(core, value, { kind, length, more: kind === 'p' ? more : '', precision })
      if (shown === undefined) {
        refused = true
        return ''
      }
      return padded(shown, flags, Number(width), kind) + rest
    },
  )
  return refused ? undefined : out
}

/** Arguments as bpf_trace_vprintk() and its kin take them: words in memory. */
export const wordsAt = ({ memory }: Core, at: number, bytes: number): readonly bigint[] =>
  Array.from({ length: bytes >> 3 }, (_, i) => memory.number(at + 8 * i, 8))

interface Form {
  readonly kind: string
  readonly length: string
  readonly more: string
  readonly precision: string | undefined
}

function one(core: Core, value: bigint, { kind, length, more, precision }: Form): string | undefined {
  const bits = length === 'l' || length === 'll' || length === 'z' ? 64 : length === 'h' ? 16 : length === 'hh' ? 8 : 32
  switch (kind) {
    case 'd':
    case 'i':
      return BigInt.asIntN(bits, value).toString()
    case 'u':
      return BigInt.asUintN(bits, value).toString()
    case 'x':
      return BigInt.asUintN(bits, value).toString(16)
    case 'X':
      return BigInt.asUintN(bits, value).toString(16).toUpperCase()
    case 'o':
      return BigInt.asUintN(bits, value).toString(8)
    case 'c':
      return String.fromCharCode(Number(value & 0xffn))
    case 's': {
      const most = precision === undefined ? 512 : Number(precision)
      return value < 65536n ? '' : core.memory.text(Number(value & 0x7fff_ffffn), most)
    }
    case 'p':
      return pointer(core, value, more)
    default:
      return undefined
  }
}

function pointer(core: Core, value: bigint, more: string): string | undefined {
  const bytes = (count: number): readonly number[] => [...core.memory.read(Number(value & 0x7fff_ffffn), count)]
  if (/^[iI]4/.test(more)) return bytes(4).join('.')
  if (/^[iI]6/.test(more)) {
    const groups = Array.from({ length: 8 }, (_, i) => bytes(16).slice(2 * i, 2 * i + 2))
    return groups.map(([a = 0, b = 0]) => ((a << 8) | b).toString(16).padStart(4, '0')).join(more[0] === 'i' ? '' : ':')
  }
  return value.toString(16).padStart(16, '0')
}

function padded(text: string, flags: string, width: number, kind: string): string {
  const prefix = flags.includes('#') && (kind === 'x' || kind === 'X') ? `0${kind}` : ''
  const shown = `${flags.includes('+') && 'di'.includes(kind) && !text.startsWith('-') ? '+' : ''}${prefix}${text}`
  if (flags.includes('-')) return shown.padEnd(width)
  if (!flags.includes('0') || kind === 's' || kind === 'c') return shown.padStart(width)
  const sign = /^(0[xX]|[+-])?/.exec(shown)![0]
  return sign + shown.slice(sign.length).padStart(width - sign.length, '0')
}
