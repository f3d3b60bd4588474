// SPDX-License-Identifier: Apache-2.0
// What the arguments of a helper's call told of it. Each argument's rule is given what those before it told, and answers what it tells.

import type { SpecialField } from '../../../object/index.ts'
import type { DynptrType, RegState } from '../../state/reg.ts'
import type { StackFill } from '../memory-args.ts'

/** What the callee leaves on the stack: bytes that may be anything, or a dynptr where a register points. */
export type StackWrite =
  | { readonly kind: 'fill'; readonly fill: StackFill }
  | { readonly kind: 'dynptr'; readonly reg: number; readonly type: DynptrType }

export interface Found {
  /** The map's index in the program, or -1; and what tells lookups of inner maps apart. */
  readonly map: number
  readonly mapUid: number
  /** The reference among the arguments, or 0. */
  readonly refObjId: number
  /** The register whose reference ends, or 0. */
  readonly releaseReg: number
  /** The most that was asked for. */
  readonly size: number
  /** Bytes of what is reserved. */
  readonly reserved: number
  /** The key is one that the map has. */
  readonly keyWithin: boolean
  /** The per-CPU variable. */
  readonly percpu: RegState | undefined
  readonly kptr: SpecialField | undefined
  readonly dynptr: RegState | undefined
  /** Where the callback starts, or -1. */
  readonly callback: number
  /** In order; done once all arguments are known good. */
  readonly writes: readonly StackWrite[]
}

/** As it is before any argument was looked at, to be filled in. */
export const emptyFound = (): Found => ({
  map: -1,
  mapUid: 0,
  refObjId: 0,
  releaseReg: 0,
  size: 0,
  reserved: 0,
  keyWithin: false,
  percpu: undefined,
  kptr: undefined,
  dynptr: undefined,
  callback: -1,
  writes: [],
})
export const nothingFound: Found = emptyFound()

/** Of one argument, where it tells anything. */
export type Told = Partial<Found> | undefined

/** That the callee fills these bytes, if any, besides what it is known to leave. */
export const filling = ({ writes }: Found, fill: StackFill | undefined): Told =>
  fill === undefined ? undefined : { writes: [...writes, { kind: 'fill', fill }] }
