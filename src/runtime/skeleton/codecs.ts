// SPDX-License-Identifier: Apache-2.0
// Values of C types as bytes, little-endian as on the machine, and as values of TypeScript: what `kfuncs gen skeleton` puts together.

/** One C type. */
export interface Codec<T> {
  readonly size: number
  read(view: DataView, at: number): T
  /** What is not written stays as it is. Throws a RangeError where the value does not fit. */
  write(view: DataView, at: number, value: T): void
}

/** The bytes of a value. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const bytes = new Uint8Array(codec.size)
  codec.write(viewOf(bytes), 0, value)
  return bytes
}

/** The value that bytes are; missing ones count as zero. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  if (bytes.length >= codec.size) return codec.read(viewOf(bytes), 0)
  const whole = new Uint8Array(codec.size)
  whole.set(bytes)
  return codec.read(viewOf(whole), 0)
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** A number of up to 32 bits. */
function number(size: 1 | 2 | 4, { signed }: { readonly signed: boolean }): Codec<number> {
  const bits = 8 * size
  const [least, most] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1]
  const get = { 1: 'getUint8', 2: 'getUint16', 4: 'getUint32' } as const
  const set = { 1: 'setUint8', 2: 'setUint16', 4: 'setUint32' } as const
  return {
    size,
    read: (view, at) => {
      const value = view[get[size]](at, true)
      return signed && value > most ? value - 2 ** bits : value
    },
    write: (view, at, value) => {
      if (!Number.isInteger(value) || value < least || value > most)
        throw new RangeError(`${value} is not a whole number from ${least} to ${most}`)
      view[set[size]](at, value < 0 ? value + 2 ** bits : value, true)
    },
  }
}

function big({ signed }: { readonly signed: boolean }): Codec<bigint> {
  return {
    size: 8,
    read: (view, at) => (signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true)),
    write: (view, at, value) => {
      if ((signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)) !== value)
        throw new RangeError(`${value} is not in ${signed ? 'a signed' : 'an unsigned'} number of 64 bits`)
      view.setBigUint64(at, BigInt.asUintN(64, value), true)
    },
  }
}

const bool: Codec<boolean> = {
  size: 1,
  read: (view, at) => view.getUint8(at) !== 0,
  write: (view, at, value) => view.setUint8(at, value ? 1 : 0),
}
const f32: Codec<number> = {
  size: 4,
  read: (view, at) => view.getFloat32(at, true),
  write: (view, at, value) => view.setFloat32(at, value, true),
}
const f64: Codec<number> = {
  size: 8,
  read: (view, at) => view.getFloat64(at, true),
  write: (view, at, value) => view.setFloat64(at, value, true),
}

const inView = (view: DataView, at: number, length: number): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset + at, length)

/** What has no better type. */
const bytes = (size: number): Codec<Uint8Array> => ({
  size,
  read: (view, at) => inView(view, at, size).slice(),
  write: (view, at, value) => {
    if (value.length > size) throw new RangeError(`${value.length} bytes are more than ${size}`)
    inView(view, at, size).fill(0)
    inView(view, at, size).set(value)
  },
})

/** char[N]: text up to its NUL. */
const text = (size: number): Codec<string> => ({
  size,
  read: (view, at) => {
    const all = inView(view, at, size)
    const end = all.indexOf(0)
    return new TextDecoder().decode(all.slice(0, end < 0 ? size : end))
  },
  write: (view, at, value) => bytes(size).write(view, at, new TextEncoder().encode(value)),
})

const array = <T>(of: Codec<T>, count: number): Codec<T[]> => ({
  size: of.size * count,
  read: (view, at) => Array.from({ length: count }, (_, i) => of.read(view, at + i * of.size)),
  write: (view, at, values) => {
    if (values.length > count) throw new RangeError(`${values.length} elements are more than ${count}`)
    values.forEach((value, i) => of.write(view, at + i * of.size, value))
  },
})

/** A bitfield: `from` bits behind its place, so many of them. */
function bits(from: number, count: number, { signed }: { readonly signed: boolean }): Codec<number> {
  const [least, most] = signed ? [-(2 ** (count - 1)), 2 ** (count - 1) - 1] : [0, 2 ** count - 1]
  return {
    size: Math.ceil((from + count) / 8),
    read: (view, at) => {
      let value = 0
      for (let i = 0; i < count; i++)
        if ((view.getUint8(at + ((from + i) >> 3)) >> ((from + i) & 7)) & 1) value += 2 ** i
      return value > most ? value - 2 ** count : value
    },
    write: (view, at, value) => {
      if (!Number.isInteger(value) || value < least || value > most)
        throw new RangeError(`${value} is not a whole number from ${least} to ${most}`)
      const whole = BigInt.asUintN(count, BigInt(value))
      for (let i = 0; i < count; i++) {
        const place = at + ((from + i) >> 3)
        const mask = 1 << ((from + i) & 7)
        const on = (whole >> BigInt(i)) & 1n
        view.setUint8(place, on ? view.getUint8(place) | mask : view.getUint8(place) & ~mask)
      }
    },
  }
}

type FieldsOf<T> = {
  readonly [Name in keyof T]-?: readonly [offset: number, codec: Codec<Exclude<T[Name], undefined>>]
}
/** Names of a type's optional properties. */
type Shared<T> = { [Name in keyof T]-?: object extends Pick<T, Name> ? Name : never }[keyof T]
type FieldList = readonly (readonly [name: string, place: readonly [offset: number, codec: Codec<unknown>]])[]

/** `shared`: members of unions. All of them are read; of a value that is written any may be left out, and those that are given agree. */
const struct = <T extends object>(
  size: number,
  fields: FieldsOf<Omit<T, Shared<T>>>,
  shared?: FieldsOf<Pick<T, Shared<T>>>,
): Codec<T> => {
  const own: FieldList = Object.entries(fields)
  const ofUnions: FieldList = Object.entries(shared ?? {})
  const all = [...own, ...ofUnions]
  return {
    size,
    read: (view, at) =>
      Object.fromEntries(all.map(([name, [from, codec]]) => [name, codec.read(view, at + from)])) as T,
    write: (view, at, value) => {
      const values = new Map<string, unknown>(Object.entries(value))
      for (const [name, [from, codec]] of own) named(name, () => codec.write(view, at + from, values.get(name)))
      if (ofUnions.length > 0) writeShared(ofUnions, view, at, values)
    },
  }
}

function writeShared(fields: FieldList, view: DataView, at: number, values: ReadonlyMap<string, unknown>): void {
  const given = fields.flatMap(([name, [from, codec]]) => {
    const value = values.get(name)
    if (value === undefined) return []
    const meant = named(name, () => decode(codec, encode(codec, value)))
    const agrees = (): boolean => isSame(codec.read(view, at + from), meant)
    return [{ name, agrees, write: () => codec.write(view, at + from, value) }]
  })
  // what one says of bytes that another does not tell (behind a text's end, say) stays
  for (const { agrees, write } of given) if (!agrees()) write()
  const lost = given.find(({ agrees }) => !agrees())
  if (lost !== undefined) {
    const others = given.flatMap(({ name }) => (name === lost.name ? [] : [name]))
    throw new RangeError(`${lost.name} shares bytes with ${others.join(', ')}, and they differ: give one of them`)
  }
}

/** Errors say of which field they are. */
function named<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof RangeError ? new RangeError(`${name}: ${error.message}`) : error
  }
}

/** Of values that codecs read. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return Object.is(a, b)
  const [some, others] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))]
  return some.length === others.size && some.every(([name, value]) => isSame(value, others.get(name)))
}

export const codecs = {
  bool,
  u8: number(1, { signed: false }),
  s8: number(1, { signed: true }),
  u16: number(2, { signed: false }),
  s16: number(2, { signed: true }),
  u32: number(4, { signed: false }),
  s32: number(4, { signed: true }),
  u64: big({ signed: false }),
  s64: big({ signed: true }),
  f32,
  f64,
  bytes,
  text,
  array,
  bits,
  struct,
} as const
