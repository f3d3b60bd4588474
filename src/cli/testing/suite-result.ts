// SPDX-License-Identifier: Apache-2.0
// What a check program wrote into suite_result_map, in protobuf's wire format (protobuf.dev, "Encoding"), as Cilium's data path has it:
//   suite: 1 case (repeated), 2 log (repeated)    case: 1 name, 2 status, 3 log (repeated)    log: 1 text, 2 arguments (fixed64, repeated)
// Programs write lengths as two bytes even where one would do, and the NUL at the end of a text with it. Behind the last field is zero.

export interface SuiteCase {
  readonly name: string
  readonly status: number
  readonly log: readonly string[]
}
export interface SuiteResult {
  readonly cases: readonly SuiteCase[]
  readonly log: readonly string[]
}

/** undefined: the bytes are no such result. */
export function readSuiteResult(bytes: Uint8Array): SuiteResult | undefined {
  const fields = fieldsOf(bytes)
  if (fields === undefined) return undefined
  const cases: SuiteCase[] = []
  const log: string[] = []
  for (const { field, value } of fields) {
    if (!(value instanceof Uint8Array)) return undefined
    if (field === 1) {
      const one = caseOf(value)
      if (one === undefined) return undefined
      cases.push(one)
    } else if (field === 2) log.push(logOf(value))
  }
  return { cases, log }
}

function caseOf(bytes: Uint8Array): SuiteCase | undefined {
  const fields = fieldsOf(bytes)
  if (fields === undefined) return undefined
  const of = (field: number): readonly (bigint | Uint8Array)[] =>
    fields.flatMap((one) => (one.field === field ? [one.value] : []))
  const [name, status] = [of(1).at(-1), of(2).at(-1)]
  if (!(name instanceof Uint8Array) || typeof status !== 'bigint') return undefined
  return {
    name: textOf(name),
    status: Number(status),
    log: of(3).flatMap((one) => (one instanceof Uint8Array ? [logOf(one)] : [])),
  }
}

/** A text with its numbers in it. */
function logOf(bytes: Uint8Array): string {
  const fields = fieldsOf(bytes) ?? []
  const text = fields.find(({ field, value }) => field === 1 && value instanceof Uint8Array)?.value as Uint8Array
  const numbers = fields.flatMap(({ field, value }) => (field === 2 && typeof value === 'bigint' ? [value] : []))
  return text === undefined ? '' : withNumbers(textOf(text), numbers)
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/\0.*$/s, '')

/** %d, %llu … as bpf_trace_printk() has them: 32 bits, or 64 with l or ll. */
function withNumbers(text: string, numbers: readonly bigint[]): string {
  let next = 0
  return text.replaceAll(/%(?:%|(l{0,2})([diuxXps]))/g, (all, long: string | undefined, kind: string | undefined) => {
    if (kind === undefined) return '%'
    const number = numbers[next++]
    if (number === undefined) return all
    const bits = kind === 'p' || long !== '' ? 64 : 32
    if (kind === 'd' || kind === 'i') return BigInt.asIntN(bits, number).toString()
    const value = BigInt.asUintN(bits, number)
    if (kind === 'p') return `0x${value.toString(16)}`
    return kind === 'x' ? value.toString(16) : kind === 'X' ? value.toString(16).toUpperCase() : value.toString()
  })
}

interface Field {
  readonly field: number
  readonly value: bigint | Uint8Array
}

/** Up to the zero that nothing was written over; undefined: no fields. */
function fieldsOf(bytes: Uint8Array): readonly Field[] | undefined {
  const fields: Field[] = []
  let at = 0
  const varint = (): bigint | undefined => {
    let value = 0n
    for (let shift = 0n; shift < 64n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) return undefined
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    return undefined
  }
  const take = (length: number): Uint8Array | undefined => {
    if (at + length > bytes.length) return undefined
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length && bytes[at] !== 0) {
    const key = varint()
    if (key === undefined) return undefined
    const value = fieldValue(Number(key & 7n), varint, take)
    if (value === undefined) return undefined
    fields.push({ field: Number(key >> 3n), value })
  }
  return fields
}

function fieldValue(
  wire: number,
  varint: () => bigint | undefined,
  take: (length: number) => Uint8Array | undefined,
): bigint | Uint8Array | undefined {
  if (wire === 0) return varint()
  if (wire === 1 || wire === 5) return numberOf(take(wire === 1 ? 8 : 4))
  if (wire !== 2) return undefined
  const length = varint()
  return length === undefined || length > 0xffff_ffffn ? undefined : take(Number(length))
}

function numberOf(bytes: Uint8Array | undefined): bigint | undefined {
  return bytes?.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}
