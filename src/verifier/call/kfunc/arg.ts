// SPDX-License-Identifier: Apache-2.0
import type { BtfId, BtfType } from '../../../btf/index.ts'
import type { Argument, KfuncContract } from '../../program/contract/contract.ts'
import { type RegState, regTypeText } from '../../state/reg.ts'
import type { KfuncArg } from '../../violations/row.ts'

/** One argument of a kfunc's call: what the contract says of it, and what is in its register. */
export interface Arg {
  readonly index: number
  readonly number: number
  readonly says: Argument
  readonly reg: RegState
  /** What the parameter points at. */
  readonly target: BtfType
  readonly targetId: BtfId
}

/** As violations tell it. */
export const argDetails = ({ reg, number, index }: Arg, { name }: KfuncContract): KfuncArg => ({
  reg: number,
  arg: index,
  kfunc: name,
  seen: regTypeText(reg),
})
