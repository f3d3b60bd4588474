// SPDX-License-Identifier: Apache-2.0
// What the rows of the table are written with. A row is a function of the violation's parameters, or one for each of its forms.

import type { Wording } from './wording.ts'

/** Words of one violation, or of one form of it, as a kernel has them. */
// biome-ignore lint/suspicious/noExplicitAny: each row has parameters of its own
export type Words = (params: any, wording: Wording) => string
export type Row = Words | Readonly<Record<string, Words>>

/** The register that it is about. */
export interface Reg {
  readonly reg: number
}
/** The kfunc that is called. */
export interface InKfunc {
  readonly kfunc: string
}
/** The helper that is called. */
export interface InHelper {
  readonly helper: string
}
/** A parameter, counted from 0, and the register that it is passed in. */
export interface Argument extends Reg {
  readonly arg: number
}
export interface KfuncParam extends Argument, InKfunc {}
/** And the type of what is in the register. */
export interface KfuncArg extends KfuncParam {
  readonly seen: string
}
/** Insns that led there, e.g. where a reference was acquired. */
export interface Places {
  readonly places: readonly number[]
}

/** A violation that a check made of another: what that check would have said. `Violation`, where the parameters are used. */
export interface Inner {
  readonly id: string
  readonly params: object
}

/** A row whose words are always the same, whatever else is known of the case. */
export const says =
  <Params>(text: string) =>
  (_: Params): string =>
    text
