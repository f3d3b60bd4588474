// SPDX-License-Identifier: Apache-2.0
// What is known of a helper's call while its arguments are checked.

import type { HelperProto } from '../../../kernel/index.ts'
import type { SpecialField } from '../../program/records/record.ts'
import type { RegState } from '../../state/reg.ts'
import type { Pending } from '../memory-args.ts'

/** What the arguments told of the call. */
export interface Meta {
  readonly proto: HelperProto
  map: number
  mapUid: number
  refObjId: number
  releaseReg: number
  size: number
  memSize: number
  /** The key is one that the map has. */
  keyWithin: boolean
  retBtf: RegState | undefined
  kptr: SpecialField | undefined
  dynptr: RegState | undefined
  dynptrReg: number
  callback: number
  readonly pending: Pending[]
}

/** Before any argument was looked at. */
export const newMeta = (proto: HelperProto): Meta => ({
  proto,
  map: -1,
  mapUid: 0,
  refObjId: 0,
  releaseReg: 0,
  size: 0,
  memSize: 0,
  keyWithin: false,
  retBtf: undefined,
  kptr: undefined,
  dynptr: undefined,
  dynptrReg: 0,
  callback: -1,
  pending: [],
})
