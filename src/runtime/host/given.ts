// SPDX-License-Identifier: Apache-2.0
// Of direct calls: what a body is given of what crosses, and what crosses back of what it answers.

import { ARGUMENT_CELLS } from '../core/core.ts'
import type { Memory } from '../core/memory.ts'
import type { Handles } from './handles.ts'
import type { Views } from './views.ts'

/**
 * What a body is given of a number: it, with sign or without; what of the host's stands there, else something else; 64 bits with or without
 * sign, that lie in memory; whether it is 1; as many bytes from there as the next number says; nothing, as it is that next number; something
 * else.
 */
export const ways = { number: 0, object: 1, wideUnsigned: 2, truth: 3, wide: 4, sized: 5, size: 6, other: 7 } as const

export interface Way {
  readonly kind: (typeof ways)[keyof typeof ways]
  /** Of a number what is added to those that seem to be below 0: 2 to the 32nd, if it has no sign. Else where 64 bits lie. */
  readonly by: number
  readonly other: (value: number) => unknown
}

/** A body and what its calls go by. */
export interface Bound {
  readonly memory: Memory
  readonly views: Views
  readonly handles: Handles
  readonly params: readonly Way[]
  readonly call: (...values: unknown[]) => unknown
  readonly numbers: boolean
  readonly wide: boolean
  readonly other: (result: unknown) => unknown
  readonly fail: (error: unknown) => never
}

export function given(bound: Bound, way: Way, value: number, next = 0): unknown {
  const { kind, by } = way
  if (kind === ways.number) return value < 0 ? value + by : value
  if (kind === ways.object) return bound.handles.objectAt(value) ?? way.other(value)
  if (kind === ways.wideUnsigned) return bound.memory.u64[by >> 3]
  if (kind === ways.truth) return value !== 0
  return way.kind === ways.sized ? sizedGiven(bound, value, next) : seldomGiven(bound, way, value)
}
/** Apart, so that the engine has room to put the other in place. */
function seldomGiven({ memory }: Bound, { kind, by, other }: Way, value: number): unknown {
  if (kind === ways.wide) return memory.i64[by >> 3]
  return other(value)
}

const sizedGiven = ({ views }: Bound, address: number, size: number): unknown =>
  address === 0 ? null : views.at(address, size)

export function answered(bound: Bound, result: unknown): unknown {
  // NaN is an error of the body's
  if (bound.numbers && typeof result === 'number' && !Number.isNaN(result)) return result | 0
  return seldomAnswered(bound, result)
}
function seldomAnswered({ numbers, wide, memory, other }: Bound, result: unknown): unknown {
  if (numbers && typeof result === 'boolean') return result ? 1 : 0
  if (!wide) return other(result)
  memory.i64[ARGUMENT_CELLS >> 3] = typeof result === 'bigint' ? result : (other(result) as bigint)
  return undefined
}
