// SPDX-License-Identifier: Apache-2.0
// WebAssembly instructions to bytes, as the specification's binary format lays them out (WebAssembly core 2.0 §5.4), for those
// that BPF is lowered to. One `Code` is a function's body.

import { Bytes } from './bytes.ts'

export type ValueType = 'i32' | 'i64'
export const valueTypes = { i32: 0x7f, i64: 0x7e } as const

/** Instructions without an immediate. */
const plain = {
  unreachable: 0x00,
  else: 0x05,
  end: 0x0b,
  return: 0x0f,
  drop: 0x1a,
  select: 0x1b,
  'i32.eqz': 0x45,
  'i32.eq': 0x46,
  'i32.ne': 0x47,
  'i32.lt_s': 0x48,
  'i32.lt_u': 0x49,
  'i32.gt_s': 0x4a,
  'i32.gt_u': 0x4b,
  'i32.le_s': 0x4c,
  'i32.le_u': 0x4d,
  'i32.ge_s': 0x4e,
  'i32.ge_u': 0x4f,
  'i64.eqz': 0x50,
  'i64.eq': 0x51,
  'i64.ne': 0x52,
  'i64.lt_s': 0x53,
  'i64.lt_u': 0x54,
  'i64.gt_s': 0x55,
  'i64.gt_u': 0x56,
  'i64.le_s': 0x57,
  'i64.le_u': 0x58,
  'i64.ge_s': 0x59,
  'i64.ge_u': 0x5a,
  'i32.add': 0x6a,
  'i32.sub': 0x6b,
  'i32.mul': 0x6c,
  'i32.div_s': 0x6d,
  'i32.div_u': 0x6e,
  'i32.rem_s': 0x6f,
  'i32.rem_u': 0x70,
  'i32.and': 0x71,
  'i32.or': 0x72,
  'i32.xor': 0x73,
  'i32.shl': 0x74,
  'i32.shr_s': 0x75,
  'i32.shr_u': 0x76,
  'i32.rotl': 0x77,
  'i64.add': 0x7c,
  'i64.sub': 0x7d,
  'i64.mul': 0x7e,
  'i64.div_s': 0x7f,
  'i64.div_u': 0x80,
  'i64.rem_s': 0x81,
  'i64.rem_u': 0x82,
  'i64.and': 0x83,
  'i64.or': 0x84,
  'i64.xor': 0x85,
  'i64.shl': 0x86,
  'i64.shr_s': 0x87,
  'i64.shr_u': 0x88,
  'i64.rotl': 0x89,
  'i32.wrap_i64': 0xa7,
  'i64.extend_i32_s': 0xac,
  'i64.extend_i32_u': 0xad,
  'i32.extend8_s': 0xc0,
  'i32.extend16_s': 0xc1,
  'i64.extend8_s': 0xc2,
  'i64.extend16_s': 0xc3,
  'i64.extend32_s': 0xc4,
} as const
export type PlainOp = keyof typeof plain

/** Loads and stores: opcode, and the alignment they would have, as a power of two. Claimed alignment is always 1: BPF promises none. */
const memory = {
  'i32.load': 0x28,
  'i64.load': 0x29,
  'i32.load8_s': 0x2c,
  'i32.load8_u': 0x2d,
  'i32.load16_s': 0x2e,
  'i32.load16_u': 0x2f,
  'i64.load8_s': 0x30,
  'i64.load8_u': 0x31,
  'i64.load16_s': 0x32,
  'i64.load16_u': 0x33,
  'i64.load32_s': 0x34,
  'i64.load32_u': 0x35,
  'i32.store': 0x36,
  'i64.store': 0x37,
  'i32.store8': 0x3a,
  'i32.store16': 0x3b,
  'i64.store8': 0x3c,
  'i64.store16': 0x3d,
  'i64.store32': 0x3e,
} as const
export type MemoryOp = keyof typeof memory

const NO_RESULT = 0x40

/** What is written from a byte of a body on is made for a BPF instruction. */
export interface Mark {
  readonly offset: number
  readonly insn: number
}

export class Code {
  private readonly bytes = new Bytes()
  /** Where instructions begin, in order; undefined: they are not noted. */
  readonly marks: Mark[] | undefined

  constructor({ marked = false }: { readonly marked?: boolean } = {}) {
    this.marks = marked ? [] : undefined
  }

  mark(insn: number): void {
    this.marks?.push({ offset: this.length, insn })
  }

  get length(): number {
    return this.bytes.length
  }
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.finish()
  }

  op(...names: PlainOp[]): this {
    for (const name of names) this.bytes.byte(plain[name])
    return this
  }
  /** Begins one of those that `end` closes; none of ours leaves a value. */
  open(kind: 'block' | 'loop' | 'if'): this {
    this.bytes.byte({ block: 0x02, loop: 0x03, if: 0x04 }[kind])
    this.bytes.byte(NO_RESULT)
    return this
  }
  /** A block that leaves a value. */
  openBlock(type: ValueType): this {
    this.bytes.byte(0x02)
    this.bytes.byte(valueTypes[type])
    return this
  }
  /** An `if` that does. */
  openValue(type: ValueType): this {
    this.bytes.byte(0x04)
    this.bytes.byte(valueTypes[type])
    return this
  }
  br(depth: number): this {
    return this.indexed(0x0c, depth)
  }
  brIf(depth: number): this {
    return this.indexed(0x0d, depth)
  }
  brTable(depths: readonly number[], otherwise: number): this {
    this.bytes.byte(0x0e)
    this.bytes.unsigned(depths.length)
    for (const depth of depths) this.bytes.unsigned(depth)
    this.bytes.unsigned(otherwise)
    return this
  }
  /** Pages of memory there are. */
  memorySize(): this {
    this.bytes.byte(0x3f)
    this.bytes.byte(0)
    return this
  }
  /** Of the first table; the place is on top of the arguments. */
  returnCallIndirect(type: number): this {
    this.indexed(0x13, type)
    this.bytes.byte(0)
    return this
  }
  call(func: number): this {
    return this.indexed(0x10, func)
  }
  get(local: number): this {
    return this.indexed(0x20, local)
  }
  set(local: number): this {
    return this.indexed(0x21, local)
  }
  tee(local: number): this {
    return this.indexed(0x22, local)
  }
  getGlobal(global: number): this {
    return this.indexed(0x23, global)
  }
  setGlobal(global: number): this {
    return this.indexed(0x24, global)
  }
  /** At `offset` (0 to 2^32 - 1) bytes from the address below the value, or on top of the stack. */
  memory(name: MemoryOp, offset: number): this {
    this.bytes.byte(memory[name])
    this.bytes.byte(0)
    this.bytes.unsigned(offset)
    return this
  }
  i32(value: number): this {
    this.bytes.byte(0x41)
    this.bytes.signedNumber(value | 0)
    return this
  }
  i64(value: bigint | number): this {
    this.bytes.byte(0x42)
    if (typeof value === 'number' && value === (value | 0)) this.bytes.signedNumber(value)
    else this.bytes.signed(BigInt.asIntN(64, BigInt(value)))
    return this
  }

  private indexed(opcode: number, index: number): this {
    this.bytes.byte(opcode)
    this.bytes.unsigned(index)
    return this
  }
}
