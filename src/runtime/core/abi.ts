// SPDX-License-Identifier: Apache-2.0
// How models of helpers and kfuncs are written: what each parameter arrives as, what the result is, and what is done.

import type { Callee, Param, Returned } from '../../jit/index.ts'
import type { Core } from './core.ts'

/** halves are two numbers; `i64` a signed BigInt; `i32` a signed number, which is what a pointer is, too. */
type Values<P extends readonly Param[]> = P extends readonly [infer First, ...infer Rest extends readonly Param[]]
  ? [...Crossed<First>, ...Values<Rest>]
  : []
type Crossed<P> = P extends 'none' ? [] : P extends 'i64' ? [bigint] : P extends 'halves' ? [number, number] : [number]
type Answer<R extends Returned> = R extends 'none' | 'cell' ? unknown : R extends 'i64' ? bigint : number

/** What stands behind a helper or kfunc in a machine. */
export interface Model {
  /** r1 on. */
  readonly params: readonly Param[]
  readonly result: Returned
  /** It calls functions of the program that called it, or needs to know where that one's stack ends. */
  readonly callsBack?: boolean
  readonly role?: Callee['role']
  /** What it leaves behind is of one run: programs that call it begin each anew. */
  readonly ofOneRun?: boolean
  readonly inline?: Callee['inline']
  bind(core: Core): (...args: never[]) => unknown
}

/** `bind` is called once a program that is loaded: what it looks up there costs nothing at a call. */
export const model = <const P extends readonly Param[], R extends Returned>(
  params: P,
  result: R,
  bind: (core: Core) => (...args: Values<P>) => Answer<R>,
): Model => ({ params, result, bind: bind as Model['bind'] })

/** The same of what calls the program's own functions. */
export const caller = <const P extends readonly Param[], R extends Returned>(
  params: P,
  result: R,
  bind: (core: Core) => (...args: Values<P>) => Answer<R>,
): Model => ({ params, result, bind: bind as Model['bind'], callsBack: true })

/** By name: 'bpf_map_lookup_elem', 'bpf_task_acquire'. */
export type Models = Readonly<Record<string, Model>>

/** Flags, or a size, that came as halves: a number without sign, exact below 2^53 and never small where it is not. */
export const flagsOf = (low: number, high: number): number => (high >>> 0) * 2 ** 32 + (low >>> 0)
