// SPDX-License-Identifier: Apache-2.0
// All that a machine's programs can reach: one WebAssembly memory. Addresses are offsets in it, below 2^31, so that they are the same as
// signed and unsigned numbers, and as the low half of a register.
//
//   0         64 KiB      1 MiB + 64 KiB
//   | nothing | stacks ...| objects, map values, packets ...
//
// Nothing is ever put at the first 64 KiB: what is read through a null pointer is zero, as the kernel's exception tables make it.

import type { Allowance } from './allowance.ts'
import { MachineError } from './errors.ts'

const PAGE = 65536
const STACKS = 1 << 20
/**
 * 4 MiB, enough for most machines. Growing detaches the buffer that views were of, and once a buffer was detached, V8 looks at each access to any
 * typed array whether it was: TypeScript kfuncs that read 64 bits or buffers take a fifth longer.
 */
const FIRST_PAGES = 64
/** Addresses stay below 2^31. */
const MOST_BYTES = 2 ** 31 - PAGE
/** Bytes up to which a loop is faster. */
const SMALL = 96
/** Bytes that are kept of each block besides its own, on JavaScript's heap: they count, too. */
const COST_OF_BLOCK = 112
/** Before what begins at a page. */
const MOST_LOST = 4096
/** What freed memory holds: the kernel's POISON_FREE. */
export const POISON = 0x6b

/** Something that was allocated. */
export interface Block {
  readonly address: number
  /** Bytes, as asked for. */
  readonly size: number
  /** What it is, for reports: "map counts", "task_struct". */
  readonly what: string
  readonly align: 16 | 4096
  freed: boolean
  /** When, where that is kept. */
  freedWhen?: unknown
}

/** Keeps moments of runs. */
export interface Moments {
  now(): unknown
  /** Where that was; '' where nobody knows. */
  text(moment: never): string
}

export class Memory {
  readonly wasm: WebAssembly.Memory
  /** Views of all of it; new ones when it grows, so keep none. */
  u8!: Uint8Array<ArrayBuffer>
  i32!: Int32Array<ArrayBuffer>
  view!: DataView<ArrayBuffer>
  u64!: BigUint64Array<ArrayBuffer>
  i64!: BigInt64Array<ArrayBuffer>
  private readonly most: number
  private readonly allowance: Allowance | undefined
  private next = PAGE + STACKS
  /** Of blocks, used again or not. */
  private costs = 0
  /** Who keeps when blocks are freed; undefined: nobody does. */
  moments: Moments | undefined
  /** Where blocks that are allocated now are noted, for whoever is going to free them together. */
  noted: Set<Block> | undefined
  private readonly blocks = new Map<number, Block>()
  /** Where they begin, in order: a block that is used again begins where it did. */
  private readonly begins: number[] = []
  /** Freed blocks to be used again, by size class; those at pages apart. */
  private readonly spare = new Map<number, number[]>()
  private readonly sparePages = new Map<number, number[]>()

  /** `limit`: bytes that may be allocated at the most, and what it takes to know of each block. */
  constructor(limit: number = MOST_BYTES, allowance?: Allowance) {
    this.allowance = allowance
    this.most = Math.min(MOST_BYTES, Math.max(limit, 0) + PAGE + STACKS)
    const maximum = Math.ceil(this.most / PAGE)
    this.wasm = new WebAssembly.Memory({ initial: Math.min(FIRST_PAGES, maximum), maximum })
    this.renew()
  }

  /** Where the stack of a program that nobody called ends; it grows down. */
  readonly stackEnd: number = PAGE + STACKS

  /** Zeroed bytes, at a multiple of 16, or of a page's 4096. Throws a MachineError where the machine's limit is reached. */
  allocate(size: number, what: string, { align = 16 }: { readonly align?: 16 | 4096 } = {}): number {
    const room = roomOf(size, align)
    const again = this.spareFor(align).get(room)?.pop()
    if (again === undefined) this.next = Math.ceil(this.next / align) * align
    const address = again ?? this.extend(room, what)
    if (again === undefined) this.begins.push(address)
    else this.u8.fill(0, address, address + room)
    this.allowance?.moved(room)
    const block: Block = { address, size, what, align, freed: false }
    this.blocks.set(address, block)
    this.noted?.add(block)
    return address
  }

  /** Bytes that can still be allocated at the most, in one piece that begins at a page. */
  get left(): number {
    return Math.max(0, this.most - this.costs - COST_OF_BLOCK - this.next - MOST_LOST)
  }

  /** Poisons it. `address` is what `allocate` gave; anything else, or again, is a MachineError. */
  free(address: number): void {
    const block = this.blocks.get(address)
    if (block === undefined)
      throw new MachineError('misuse', `0x${address.toString(16)} was never allocated, and is freed`)
    if (block.freed)
      throw new MachineError(
        'misuse',
        `${block.what} at 0x${address.toString(16)} is freed twice${this.whereFreed(block)}`,
      )
    block.freed = true
    if (this.moments !== undefined) block.freedWhen = this.moments.now()
    const room = roomOf(block.size, block.align)
    this.u8.fill(POISON, address, address + room)
    const spares = this.spareFor(block.align)
    const spare = spares.get(room)
    if (spare === undefined) spares.set(room, [address])
    // what was freed last is used last, so that poison is met rather than something new
    else spare.unshift(address)
  }

  /** Of a block that was freed: ' (freed at prog.bpf.c:30)', or nothing where that is not kept. */
  whereFreed({ freedWhen }: Block): string {
    const text = freedWhen === undefined ? '' : (this.moments?.text(freedWhen as never) ?? '')
    return text === '' ? '' : ` (freed at ${text})`
  }

  /** `work`, with what it allocates noted. */
  noting<T>(noted: Set<Block> | undefined, work: () => T): T {
    const outer = this.noted
    this.noted = noted
    try {
      return work()
    } finally {
      this.noted = outer
    }
  }
  /** Those of the blocks that are still what they were. */
  freeAll(blocks: Iterable<Block>): void {
    for (const block of blocks) if (!block.freed && this.blocks.get(block.address) === block) this.free(block.address)
  }

  /** The block that begins there, freed ones too; undefined: none does. */
  block(address: number): Block | undefined {
    return this.blocks.get(address)
  }

  /** The block that an address lies in, or directly behind; freed ones too. */
  blockAround(address: number): Block | undefined {
    const { begins } = this
    let low = 0
    let high = begins.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (begins[middle]! <= address) low = middle + 1
      else high = middle
    }
    const block = this.blocks.get(begins[low - 1] ?? -1)
    return block !== undefined && address <= block.address + block.size ? block : undefined
  }

  /** A copy. */
  read(address: number, size: number): Uint8Array<ArrayBuffer> {
    this.allowance?.moved(size)
    return this.u8.slice(address, address + size)
  }
  write(address: number, bytes: Uint8Array): void {
    this.allowance?.moved(bytes.length)
    this.u8.set(bytes, address)
  }
  /** As memmove(); a few bytes are moved one by one, as a call of the engine's costs more than ten of those. */
  copy(to: number, from: number, size: number): void {
    const { u8 } = this
    if (size > SMALL || (to > from && to < from + size)) {
      this.allowance?.moved(size)
      u8.copyWithin(to, from, from + size)
    } else for (let i = 0; i < size; i++) u8[to + i] = u8[from + i]!
  }
  clear(address: number, size: number): void {
    const { u8 } = this
    if (size > SMALL) {
      this.allowance?.moved(size)
      u8.fill(0, address, address + size)
    } else for (let i = 0; i < size; i++) u8[address + i] = 0
  }
  /** An unsigned number of `size` bytes, little-endian. */
  number(address: number, size: number): bigint {
    const { view } = this
    if (size === 8) return view.getBigUint64(address, true)
    if (size === 4) return BigInt(view.getUint32(address, true))
    let value = 0n
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.u8[address + i]!)
    return value
  }
  setNumber(address: number, size: number, value: bigint | number): void {
    if (typeof value === 'number' && size <= 8 && Number.isSafeInteger(value))
      return this.setInteger(address, size, value)
    let rest = BigInt.asUintN(64, BigInt(value))
    for (let i = 0; i < size; i++) {
      this.u8[address + i] = Number(rest & 0xffn)
      rest >>= 8n
    }
  }
  /** By halves of 64 bits. */
  private setInteger(address: number, size: number, value: number): void {
    const { u8, view } = this
    const high = Math.floor(value / 2 ** 32)
    if (size === 8) {
      view.setUint32(address, value, true)
      view.setUint32(address + 4, high, true)
    } else if (size === 4) view.setUint32(address, value, true)
    else for (let i = 0; i < size; i++) u8[address + i] = (i < 4 ? value : high) >> (8 * (i & 3))
  }
  /** The number of 64 bits without sign there, as near as a number comes to it. */
  integer(address: number): number {
    return this.view.getUint32(address + 4, true) * 2 ** 32 + this.view.getUint32(address, true)
  }
  u32(address: number): number {
    return this.view.getUint32(address, true)
  }
  setU32(address: number, value: number): void {
    this.view.setUint32(address, value, true)
  }
  /** The address that 8 bytes there hold. */
  pointer(address: number): number {
    return this.view.getUint32(address, true)
  }
  setPointer(address: number, to: number): void {
    this.view.setUint32(address, to, true)
    this.view.setUint32(address + 4, 0, true)
  }
  /** Bytes up to the first zero, at most `most`, as text. */
  text(address: number, most: number): string {
    const bytes = this.u8.subarray(address, address + most)
    const end = bytes.indexOf(0)
    return new TextDecoder().decode(bytes.subarray(0, end === -1 ? most : end).slice())
  }

  private spareFor(align: 16 | 4096): Map<number, number[]> {
    return align === 16 ? this.spare : this.sparePages
  }

  private extend(room: number, what: string): number {
    // what is as large as a packet begins at a cache line, as the kernel's does
    const address = room < 256 ? this.next : (this.next + 63) & ~63
    const end = address + room
    this.costs += COST_OF_BLOCK
    if (end + this.costs > this.most)
      throw new MachineError(
        'limit',
        `the machine's memory is used up: ${what} takes ${room} bytes, ${Math.max(0, this.most - address - this.costs)} of ${this.most} are left`,
      )
    const missing = end - this.u8.length
    if (missing > 0) {
      // by an eighth at least: growing makes every view anew
      const pages = Math.ceil(Math.max(missing, this.u8.length >> 3) / PAGE)
      const room = Math.floor(this.most / PAGE) - this.u8.length / PAGE
      this.wasm.grow(Math.max(Math.ceil(missing / PAGE), Math.min(pages, room)))
      this.renew()
    }
    this.next = end
    return address
  }

  private renew(): void {
    const { buffer } = this.wasm
    this.u8 = new Uint8Array(buffer)
    this.i32 = new Int32Array(buffer)
    this.view = new DataView(buffer)
    this.u64 = new BigUint64Array(buffer)
    this.i64 = new BigInt64Array(buffer)
  }
}

const roomOf = (size: number, align: 16 | 4096): number =>
  align === 16 ? classOf(size) : Math.ceil(size / align) * align

/** Bytes that are taken for `size`: a multiple of 16, from 1024 on of an eighth of the power of two below. */
function classOf(size: number): number {
  if (size <= 1024) return Math.max(16, (size + 15) & ~15)
  const step = 2 ** (Math.floor(Math.log2(size)) - 3)
  return Math.ceil(size / step) * step
}
