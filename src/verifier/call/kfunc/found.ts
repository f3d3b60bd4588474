// SPDX-License-Identifier: Apache-2.0
// What the arguments of a kfunc's call told of it. Each argument's rule answers what was known before it and what it found.

import type { SpecialField } from '../../../object/index.ts'
import type { TypeRef } from '../../program/contract/contract.ts'
import type { RegState } from '../../state/reg.ts'
import type { IterArg } from '../objects/iterator.ts'

export interface Found {
  /** The reference among the arguments, or 0. */
  readonly refObjId: number
  /** The register whose reference ends, or 0. */
  readonly releaseReg: number
  readonly constant: number | undefined
  /** The register with the size of the memory before it, which was looked at with that, or 0. */
  readonly sizeReg: number
  /** How much memory is returned, be it 0; undefined: nothing says it. */
  readonly resultSize: { readonly bytes: number; readonly rdonly: boolean } | undefined
  /** The map's index in the program, or -1; and what tells lookups of inner maps apart. */
  readonly map: number
  readonly mapUid: number
  /** Where the callback starts, or -1. */
  readonly callback: number
  /** The allocated or counted object; whether it is owned, not borrowed. */
  readonly object: RegState | undefined
  readonly owned: boolean
  /** The list head or tree root, and where its type is. */
  readonly root: SpecialField | undefined
  readonly rootBtf: RegState['btf']
  readonly dynptr: RegState | undefined
  readonly iter: IterArg | undefined
  /** Register of the dynptr that is given back, or 0. */
  readonly discards: number
  /** The kernel's struct behind the program's context. */
  readonly kernelContext: TypeRef | undefined
}

/** Before any argument was looked at. */
export const nothingFound: Found = {
  refObjId: 0,
  releaseReg: 0,
  constant: undefined,
  sizeReg: 0,
  resultSize: undefined,
  map: -1,
  mapUid: 0,
  callback: -1,
  object: undefined,
  owned: false,
  root: undefined,
  rootBtf: undefined,
  dynptr: undefined,
  iter: undefined,
  discards: 0,
  kernelContext: undefined,
}
