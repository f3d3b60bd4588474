// SPDX-License-Identifier: Apache-2.0
// What is known of a kfunc's call while its arguments are checked.

import type { BtfId } from '../../../btf/index.ts'
import type { Kfunc } from '../../../kfunc/index.ts'
import type { SpecialField } from '../../program/records/record.ts'
import type { RegState } from '../../state/reg.ts'
import type { IterArg } from '../objects/iterator.ts'

/** What the arguments told of the call. */
export interface KfuncMeta {
  readonly kfunc: Kfunc
  refObjId: number
  releaseReg: number
  constant: number | undefined
  size: number
  /** A size argument was there, be it 0. */
  sizeFound: boolean
  sizeRdonly: boolean
  map: number
  mapUid: number
  callback: number
  argBtf: RegState | undefined
  owningRef: boolean
  root: SpecialField | undefined
  rootBtf: RegState['btf']
  dynptr: RegState | undefined
  iter: IterArg | undefined
  destroysIter: boolean
  /** Register of the dynptr that is given back, or 0. */
  discards: number
  ctxReturn: BtfId
  readonly pending: (() => void)[]
}
