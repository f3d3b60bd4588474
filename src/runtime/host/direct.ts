// SPDX-License-Identifier: Apache-2.0
// Bodies whose arguments follow each from one number that crosses. WebAssembly calls a function fast that has as many parameters as it
// passes, and no others: there is one for each number of them, and each makes of what crosses what the body is given, without a call and
// without an array.

import type { KfuncBody } from '../../kfunc/index.ts'
import type { Core } from '../core/core.ts'
import type { Memory } from '../core/memory.ts'

type Call = (...values: never[]) => unknown
/** A body; or what stands for it, given what crosses. */
type Numeric = (...values: number[]) => unknown

/**
 * What a body is given of a number: it; its lowest bits with or without sign; whether it is odd; 64 bits with or without sign, that lie in
 * memory; something else.
 */
export const ways = { asIs: 0, signed: 1, unsigned: 2, truth: 3, wide: 4, wideUnsigned: 5, other: 6 } as const

export interface Way {
  readonly kind: (typeof ways)[keyof typeof ways]
  /** How many of its highest bits are none of it; of 64 bits, where they lie. */
  readonly by: number
  readonly other: (value: number) => unknown
}

export interface DirectCall {
  readonly params: readonly Way[]
  /** What is made of an answer that is not a number, or of any where `numbers` says so. */
  readonly other: (result: unknown) => unknown
  /** A number is answered as it is: 32 bits. */
  readonly numbers: boolean
}

export function directCall(core: Core, body: KfuncBody, { params, other, numbers }: DirectCall): Call {
  const { memory } = core
  const call = body as unknown as (...values: unknown[]) => unknown
  const answer = numbers
    ? (result: unknown): unknown => (typeof result === 'number' ? result | 0 : other(result))
    : other
  const fail = (error: unknown): never => core.blame(error)
  return (byCount[params.length] ?? ofMany)({ memory, params, call, answer, fail }) as Call
}

function given(memory: Memory, { kind, by, other }: Way, value: number): unknown {
  if (kind === ways.asIs) return value
  if (kind === ways.unsigned) return (value << by) >>> by
  if (kind === ways.signed) return (value << by) >> by
  if (kind === ways.truth) return (value & 1) !== 0
  if (kind === ways.wide) return memory.view.getBigInt64(by, true)
  if (kind === ways.wideUnsigned) return memory.view.getBigUint64(by, true)
  return other(value)
}

interface Bound {
  readonly memory: Memory
  readonly params: readonly Way[]
  readonly call: (...values: unknown[]) => unknown
  readonly answer: (result: unknown) => unknown
  readonly fail: (error: unknown) => never
}
type Adapter = (bound: Bound) => Numeric

const ofMany: Adapter =
  ({ memory, params, call, answer, fail }) =>
  (...values) => {
    const args = params.map((param, i) => given(memory, param, values[i]!))
    let result: unknown
    try {
      result = call(...args)
    } catch (error) {
      fail(error)
    }
    return answer(result)
  }

/** By number of parameters. */
const byCount: readonly Adapter[] = [
  ({ call, answer, fail }) =>
    () => {
      let result: unknown
      try {
        result = call()
      } catch (error) {
        fail(error)
      }
      return answer(result)
    },
  ({ memory, params, call, answer, fail }) => {
    const [p] = params as readonly [Way]
    return (a) => {
      const x = given(memory, p, a!)
      let result: unknown
      try {
        result = call(x)
      } catch (error) {
        fail(error)
      }
      return answer(result)
    }
  },
  ({ memory, params, call, answer, fail }) => {
    const [p, q] = params as readonly [Way, Way]
    return (a, b) => {
      const x = given(memory, p, a!)
      const y = given(memory, q, b!)
      let result: unknown
      try {
        result = call(x, y)
      } catch (error) {
        fail(error)
      }
      return answer(result)
    }
  },
  ({ memory, params, call, answer, fail }) => {
    const [p, q, r] = params as readonly [Way, Way, Way]
    return (a, b, c) => {
      const x = given(memory, p, a!)
      const y = given(memory, q, b!)
      const z = given(memory, r, c!)
      let result: unknown
      try {
        result = call(x, y, z)
      } catch (error) {
        fail(error)
      }
      return answer(result)
    }
  },
  ({ memory, params, call, answer, fail }) => {
    const [p, q, r, s] = params as readonly [Way, Way, Way, Way]
    return (a, b, c, d) => {
      const x = given(memory, p, a!)
      const y = given(memory, q, b!)
      const z = given(memory, r, c!)
      const u = given(memory, s, d!)
      let result: unknown
      try {
        result = call(x, y, z, u)
      } catch (error) {
        fail(error)
      }
      return answer(result)
    }
  },
  ({ memory, params, call, answer, fail }) => {
    const [p, q, r, s, t] = params as readonly [Way, Way, Way, Way, Way]
    return (a, b, c, d, e) => {
      const x = given(memory, p, a!)
      const y = given(memory, q, b!)
      const z = given(memory, r, c!)
      const u = given(memory, s, d!)
      const v = given(memory, t, e!)
      let result: unknown
      try {
        result = call(x, y, z, u, v)
      } catch (error) {
        fail(error)
      }
      return answer(result)
    }
  },
]
