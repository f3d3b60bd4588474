// SPDX-License-Identifier: Apache-2.0
import { FaultError, type Place } from '../fault/index.ts'

/**
 * A cursor over bytes that never reads past their end: a short read is a `FaultError` that says where, for `attempt`
 * to turn into a `Result` at the edge of the reader that uses it.
 */
export class ByteReader {
  readonly bytes: Uint8Array
  readonly littleEndian: boolean
  offset: number
  private readonly view: DataView
  private readonly place: Place
  /** Added to offsets in faults, for a reader over a part of something larger. */
  private readonly base: number

  constructor(
    bytes: Uint8Array,
    options: { littleEndian?: boolean; place?: Place; base?: number; offset?: number } = {},
  ) {
    this.bytes = bytes
    this.littleEndian = options.littleEndian ?? true
    this.place = options.place ?? {}
    this.base = options.base ?? 0
    this.offset = options.offset ?? 0
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get length(): number {
    return this.bytes.length
  }

  get remaining(): number {
    return Math.max(0, this.bytes.length - this.offset)
  }

  /** Moves the cursor; past the end is a fault. */
  seek(offset: number): void {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset > this.bytes.length) {
      this.fail(`offset 0x${offset.toString(16)} lies outside ${this.bytes.length} bytes`)
    }
    this.offset = offset
  }

  skip(count: number): void {
    this.take(count, 'bytes to skip')
  }

  u8(what = 'a byte'): number {
    return this.view.getUint8(this.take(1, what))
  }

  u16(what = 'a 16-bit number'): number {
    return this.view.getUint16(this.take(2, what), this.littleEndian)
  }

  u32(what = 'a 32-bit number'): number {
    return this.view.getUint32(this.take(4, what), this.littleEndian)
  }

  i32(what = 'a 32-bit number'): number {
    return this.view.getInt32(this.take(4, what), this.littleEndian)
  }

  u64(what = 'a 64-bit number'): bigint {
    return this.view.getBigUint64(this.take(8, what), this.littleEndian)
  }

  i64(what = 'a 64-bit number'): bigint {
    return this.view.getBigInt64(this.take(8, what), this.littleEndian)
  }

  /** The next `count` bytes, as a view: no copy. */
  slice(count: number, what = 'bytes'): Uint8Array {
    const start = this.take(count, what)
    return this.bytes.subarray(start, start + count)
  }

  /** A NUL-terminated string at `offset`; the cursor stays. No terminator before the end is a fault. */
  stringAt(offset: number, what = 'a string'): string {
    if (offset < 0 || offset >= this.bytes.length) {
      this.fail(`${what} at offset 0x${offset.toString(16)} lies outside ${this.bytes.length} bytes`)
    }
    const end = this.bytes.indexOf(0, offset)
    if (end < 0) this.fail(`${what} at offset 0x${offset.toString(16)} has no end`)
    return decodeText(this.bytes.subarray(offset, end))
  }

  /** Throws a `FaultError` at the cursor. */
  fail(what: string, hint?: string): never {
    throw new FaultError(what, { ...this.place, byte: this.base + this.offset }, hint)
  }

  private take(count: number, what: string): number {
    const start = this.offset
    if (!Number.isSafeInteger(count) || count < 0 || count > this.bytes.length - start) {
      this.fail(`ends inside ${what}: ${count} bytes needed, ${this.remaining} left`)
    }
    this.offset = start + count
    return start
  }
}

const decoder = new TextDecoder()

/** UTF-8 as text; short ASCII, which names nearly always are, without the decoder's call. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length > 64) return decoder.decode(bytes)
  let text = ''
  for (const byte of bytes) {
    if (byte >= 0x80) return decoder.decode(bytes)
    text += String.fromCharCode(byte)
  }
  return text
}
