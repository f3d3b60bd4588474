// SPDX-License-Identifier: Apache-2.0
// What a program did to its context, as far as a test run gives it back: fields of struct __sk_buff that programs write, the bytes of a
// syscall program.
import type { LoadedProgram, Machine } from '../runtime/index.ts'

/** What programs write and BPF_PROG_TEST_RUN gives back. */
const written = ['mark', 'priority', 'tstamp', 'cb[0]', 'cb[1]', 'cb[2]', 'cb[3]', 'cb[4]']

/** Its context is a struct __sk_buff, which test runs take and give back. */
export const takesSkb = ({ type }: Pick<LoadedProgram, 'type'>): boolean =>
  /_(SCHED_CLS|SCHED_ACT|SOCKET_FILTER|CGROUP_SKB|LWT_\w+)$/.test(type)

/** A context of zeros, so that it is given back; undefined: the program is given none unless told. */
export const plainContext = ({ layouts }: Machine, program: LoadedProgram): Uint8Array | undefined =>
  takesSkb(program) ? new Uint8Array(layouts.sizeOf('__sk_buff')) : undefined

export interface FieldChange {
  readonly field: string
  readonly from: bigint
  readonly to: bigint
}

/** Fields that are not as they were. */
export function contextChanges(
  { layouts }: Machine,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
): readonly FieldChange[] {
  if (before === undefined || after === undefined) return []
  return written.flatMap((field) => {
    const place = layouts.find('__sk_buff', field)
    if (place === undefined) return []
    const [from, to] = [before, after].map((bytes) => number(bytes, place.offset, place.size)) as [bigint, bigint]
    return from === to ? [] : [{ field, from, to }]
  })
}

/** The same of any struct: every member of up to 8 bytes, elements of arrays by themselves. */
export function structChanges(
  { layouts }: Machine,
  struct: string,
  before: Uint8Array,
  after: Uint8Array,
): readonly FieldChange[] {
  return (layouts.struct(struct)?.members ?? []).flatMap(({ name }) => {
    const whole = layouts.find(struct, name)
    if (name === '' || whole === undefined) return []
    const first = layouts.find(struct, `${name}[0]`)
    const count = first === undefined ? 1 : whole.size / first.size
    return Array.from({ length: count }, (_, i) => (first === undefined ? name : `${name}[${i}]`)).flatMap((field) => {
      const { offset, size } = layouts.field(struct, field)
      const [from, to] = [before, after].map((bytes) => number(bytes, offset, size)) as [bigint, bigint]
      return from === to ? [] : [{ field, from, to }]
    })
  })
}

function number(bytes: Uint8Array, offset: number, size: number): bigint {
  let value = 0n
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[offset + i] ?? 0)
  return value
}

export const contextLines = (changes: readonly FieldChange[]): readonly string[] =>
  changes.map(({ field, from, to }) => `  skb->${field}: ${from} → ${to}`)
