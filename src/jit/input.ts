// SPDX-License-Identifier: Apache-2.0
// What is compiled or interpreted: instructions, where functions lie, what addresses and calls stand for.

import type { Insn } from '../isa/index.ts'
import type { Range } from './flow.ts'
import type { Inline } from './inline-kinds.ts'

/** A function of the program; its number is its place. The first is where the program begins. */
export interface JitFunction extends Range {
  /** Bytes of stack it may use, at most 512. What it calls gets what lies below. */
  readonly stack: number
  /** It is called from outside, often: so it can be with numbers of 32 bits, too (`Instance.low`). */
  readonly callback?: boolean
}

/** Numbers of fewer than 32 bits, with sign or without. */
export const narrow = {
  s8: { bits: 8, signed: true },
  u8: { bits: 8, signed: false },
  s16: { bits: 16, signed: true },
  u16: { bits: 16, signed: false },
  bit: { bits: 1, signed: false },
} as const
export type Narrow = keyof typeof narrow

/**
 * How a register crosses to the callee:
 *
 * - `i32`: its low half, as a signed number. Pointers are offsets in the machine's memory, so that is all of one.
 * - `s8`, `u8`, `s16`, `u16`, `bit`: the number that so many of its lowest bits are.
 * - `halves`: two numbers, the low half and the high one. A BigInt costs several times as much to make.
 * - `i64`: a BigInt.
 * - `cell`: its low half, and all of it is in memory, where `JitProgram.argumentCells` says. It is read there before anything else is called.
 * - `none`: not at all.
 */
export type Param = 'i32' | Narrow | 'halves' | 'i64' | 'cell' | 'none'

/**
 * How the result crosses back:
 *
 * - `u32`: a number; the high half is 0. Pointers, and what the kernel returns as such.
 * - `s32`: a number whose sign is extended: an int, and error codes.
 * - `s8`, `u8`, `s16`, `u16`: the same of so many of a number's lowest bits.
 * - `i64`: a BigInt.
 * - `cell`: all of it is in memory, where R1 would be put.
 * - `none`: r0 is 0.
 */
export type Returned = 'u32' | 's32' | Exclude<Narrow, 'bit'> | 'i64' | 'cell' | 'none'

/** What a call leads to outside of the program. */
export interface Callee {
  /** Of the import, in the module `kfuncs`; the same name is the same function. */
  readonly name: string
  /** r1 on. */
  readonly params: readonly Param[]
  readonly result: Returned
  /** It may call functions of the program: before it is called, `frameCell` says where their stack ends. */
  readonly callsBack?: boolean
  /**
   * tail-call: it answers the place of a function in the table, which then runs instead of the one that called, or a negative number.
   * packet-load: what it answers is r0, and where that is negative the program ends with 0 (RFC 9669 §5.5).
   */
  readonly role?: 'tail-call' | 'packet-load'
  /** What the compiler puts in its place. */
  readonly inline?: Inline
}

/** An access of a context that is one of the kernel's object behind it. */
export type FieldAccess = {
  /** Of what is loaded, bits below which nothing is wanted, and how many are. */
  readonly shift: number
  readonly bits: number
} & (
  | {
      readonly kind: 'field'
      /** Offsets of the pointers that lead there, one from where the last led. From a null pointer on all is zero. */
      readonly through: readonly number[]
      readonly offset: number
      readonly size: 1 | 2 | 4 | 8
      /** The field's bytes are turned around: it stands in network order. */
      readonly turned?: boolean
    }
  /** It takes the context, and of a store the value as 64 bits. */
  | { readonly kind: 'call'; readonly callee: Callee }
)

/** What an access is held to that was not proved: where nothing is it loads 0, and stores nothing. */
export type Guard = { readonly kind: 'memory' } | ({ readonly kind: 'arena' } & Arena)

/** An arena in memory. */
export interface Arena {
  readonly begin: number
  /** Of 4096 bytes. */
  readonly count: number
  /** Where a byte for each page lies: not 0 where the page is there. */
  readonly pages: number
}

/** Pointers of one of 4 GiB go round in it. Where an instruction adds to one, it does not: beyond either end nothing is. */
export const goesRound = ({ count }: Arena): boolean => count === 1 << 20

/** A slot, or which of two by a conditional jump. Such jumps stand behind the program's instructions: they are none of its own. */
export type TableJump =
  | { readonly kind: 'slot'; readonly slot: number }
  | { readonly kind: 'choice'; readonly insn: number; readonly taken: TableJump; readonly next: TableJump }
/** What was proved of the numbers of an instruction: nothing. */
export const UNKNOWN = 0
/** It leaves a number below 2^32, or an address, in the register that it writes. */
export const SMALL = 1
/** The same, and what it adds is a number below 2^31. */
export const SUM = 2
/** What it turns around has no more than 16 bits. */
export const SHORT = 3
export type Small = typeof UNKNOWN | typeof SMALL | typeof SUM | typeof SHORT

export interface JitProgram {
  readonly insns: readonly Insn[]
  readonly functions: readonly JitFunction[]
  /** By slot of an ld_imm64 that is no plain number: what it stands for. */
  readonly addresses: ReadonlyMap<number, bigint>
  /** By slot of a call of a helper or kfunc. */
  readonly callees: ReadonlyMap<number, Callee>
  /** By slot of a load or store through the context. */
  readonly fields?: ReadonlyMap<number, FieldAccess>
  /** By slot of an access that may lead anywhere, or to no page of an arena. */
  readonly guards?: ReadonlyMap<number, Guard>
  /** By slot of a jump through a register: where it may lead. The register holds the slot. */
  readonly tables?: ReadonlyMap<number, TableJump>
  /** By slot: what was proved. */
  readonly small?: Uint8Array
  /**
   * By slot of a call of a helper or kfunc: how many bytes it touches at the most through a register, by register, where that is known.
   * Given of programs of which it was proved that nothing else than what is made of R10 leads to a function's stack.
   */
  readonly reach?: ReadonlyMap<number, readonly (number | undefined)[]>
  /** Where in memory a function that calls what may call back says where its stack ends. */
  readonly frameCell?: number
  /** Where in memory R1 to R5 are put, 8 bytes each, for calls that take them from there. */
  readonly argumentCells?: number
}

/** Numbers of a program's functions by the slot that they begin at: where calls within it lead. */
export const functionNumbers = ({ functions }: JitProgram): ReadonlyMap<number, number> =>
  new Map(functions.map(({ start }, number) => [start, number]))

/** Where a call within the program leads. */
export const calleeSlot = (insn: Insn, at: number): number => at + 1 + insn.imm

/** BPF_MAX_LOOPS: so often may_goto goes on in one function. */
export const MAX_ROUNDS = 8 << 20
