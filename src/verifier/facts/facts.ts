// SPDX-License-Identifier: Apache-2.0
// What holds at each instruction of an accepted program, whichever way it is reached: for whoever compiles, shows or explains it.
// docs/facts.md says of each field what it means and why it is so.

import type { BtfId } from '../../btf/index.ts'
import type { RegKind } from '../state/reg.ts'

export interface Facts {
  /** By instruction (8-byte slots, as the program's); undefined where no run comes, and for the second slot of a 16-byte one. */
  readonly insns: readonly (InsnFact | undefined)[]
  readonly subprogs: readonly SubprogFact[]
  /** What the facts rest on (docs/facts.md, "Why they are so"). */
  readonly proof: Proof
}

/**
 * whole: nothing but the meaning of each instruction. noted-reads: also that the walk noted each read of a register or stack slot, as the
 * kernel relies on it. pointers-only: no number could be proven, so none is told but what an instruction itself makes.
 */
export type Proof = 'whole' | 'noted-reads' | 'pointers-only'

export interface InsnFact {
  /** What the operands hold before it, of those that it reads. */
  readonly dst?: ValueFact
  readonly src?: ValueFact
  /** R0 before a compare-and-exchange, which compares with it. */
  readonly compared?: ValueFact
  /** What is in the register that it writes, afterwards; of calls that are not walked into, R0. */
  readonly result?: ValueFact
  /** Of conditional jumps. */
  readonly branch?: 'always' | 'never' | 'both'
  /** Of a jump through a register: where it goes. */
  readonly targets?: readonly number[]
  /** Of loads, stores and atomics. */
  readonly access?: AccessFact
  readonly call?: CallFact
  /** What must be given back or left; absent where nothing is. */
  readonly held?: HeldFact
}

/** Both ends are possible values. */
export interface Span<T = number> {
  readonly min: T
  readonly max: T
}

export type ValueFact = NumberFact | PointerFact | MixedFact

/** A number, or what counts as one. */
export interface NumberFact {
  readonly kind: 'scalar'
  /** The only value there is, unsigned. */
  readonly constant?: bigint
  readonly unsigned: Span<bigint>
  readonly signed: Span<bigint>
  /** The low half. */
  readonly unsigned32: Span
  readonly signed32: Span
  /** Bits that are set in every value; bits that are clear in every value. */
  readonly ones: bigint
  readonly zeros: bigint
}

export interface PointerFact {
  /** The region, in the kernel's words: 'fp' is the stack, 'pkt' the packet, 'btf' an object of the kernel or of the program's own. */
  readonly kind: Exclude<RegKind, 'not_init' | 'scalar'>
  /** maybe: zero, too. */
  readonly null: 'never' | 'maybe'
  /** Bytes from where the region begins (of the stack from the frame's top); absent where nothing bounds it. */
  readonly off?: Span
  /** Index among the program's maps, and its name, where it is one and the same. */
  readonly map?: number
  readonly mapName?: string
  /** Of an object: its type, where it is one and the same. */
  readonly type?: { readonly name: string; readonly id: BtfId }
  /** mem: bytes there are at least; pkt, pkt_meta: bytes from the region's beginning that are there, at least. */
  readonly size?: number
  /** fp: how many frames up it lies; 0 is the own one. */
  readonly up?: number
  /** func: the instruction that the function begins with. */
  readonly target?: number
  readonly readOnly: boolean
  /** It may lead nowhere: what is read through it is zero then. */
  readonly untrusted: boolean
  /** always: a reference that must be given back. */
  readonly owned: 'never' | 'maybe' | 'always'
}

/** Pointers of several regions, or pointers and numbers. */
export interface MixedFact {
  readonly kind: 'mixed'
  readonly of: readonly (NumberFact | PointerFact)[]
}

export interface AccessFact {
  readonly reads: boolean
  readonly writes: boolean
  /** Bytes. */
  readonly size: number
  /** What it goes through, and where it touches: the offset of the instruction is in. */
  readonly to: ValueFact
  /**
   * none: the memory is there. guarded: it may not be, then zero is read (BPF_PROBE_MEM). arena: its page may not be there, then zero is
   * read and a store goes nowhere (BPF_PROBE_MEM32).
   */
  readonly fault: 'none' | 'guarded' | 'arena'
}

export type CallFact =
  | { readonly kind: 'helper'; readonly id: number; readonly name: string; readonly args: readonly ArgFact[] }
  | { readonly kind: 'kfunc'; readonly name: string; readonly btfId: BtfId; readonly args: readonly ArgFact[] }
  /** Arguments of a static function are what its instructions find. */
  | { readonly kind: 'subprog'; readonly index: number; readonly name: string }

export interface ArgFact {
  readonly reg: number
  readonly value: ValueFact
  /** Helpers: the kernel's argument type ('ARG_PTR_TO_MEM|MEM_RDONLY'). Kfuncs: the parameter's name with its suffixes. */
  readonly role: string
  /** Bytes of memory that the call may touch through it. */
  readonly bytes?: Span
}

export interface HeldFact {
  readonly references: Span
  readonly locks: Span
  readonly rcu: Span
  readonly preempt: Span
  readonly irq: Span
}

export interface SubprogFact {
  readonly index: number
  readonly name: string
  /** First instruction, and the one behind the last. */
  readonly start: number
  readonly end: number
  readonly reached: boolean
  /** Bytes of its own stack that its instructions touch, spills around calls that the kernel drops among them. */
  readonly stackDepth: number
  /** Called by a helper or kfunc. */
  readonly callback: boolean
  /** bpf_throw() leads to it. */
  readonly exceptionCallback: boolean
}
