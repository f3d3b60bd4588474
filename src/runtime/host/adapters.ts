// SPDX-License-Identifier: Apache-2.0
// What stands for a body, given what crosses: a function made for its prototype, of text that holds numbers and nothing else. One of its own
// for each body costs little more than the body: the engine knows which it calls, and puts it in place; what serves many bodies costs a call
// that it cannot foresee, and each BigInt an allocation. Where a page forbids code from text (a content security policy without
// 'unsafe-eval'), one for all stands in.

import { ARGUMENT_CELLS } from '../core/core.ts'
import { answered, type Bound, given, type Way, ways } from './given.ts'

type Called = (...values: number[]) => unknown
type Adapter = (bound: Bound) => Called

export const adapterFor = (bound: Bound): Called => made(bound) ?? ofAny(bound)

/** For any of up to five parameters. */
const ofAny: Adapter = (bound) => {
  const { params, call, fail } = bound
  const [p, q, r, s, t] = params
  const count = params.length
  return (a, b, c, d, e) => {
    const v = p === undefined ? undefined : given(bound, p, a!)
    const w = q === undefined ? undefined : given(bound, q, b!)
    const x = r === undefined ? undefined : given(bound, r, c!)
    const y = s === undefined ? undefined : given(bound, s, d!)
    const z = t === undefined ? undefined : given(bound, t, e!)
    let result: unknown
    try {
      result =
        count === 1
          ? call(v)
          : count === 2
            ? call(v, w)
            : count === 3
              ? call(v, w, x)
              : count === 4
                ? call(v, w, x, y)
                : count === 0
                  ? call()
                  : call(v, w, x, y, z)
    } catch (error) {
      fail(error)
    }
    return answered(bound, result)
  }
}

/** undefined where no code may be made. */
function made(bound: Bound): Called | undefined {
  const values = bound.params.map((_, i) => `a${i}`).join(', ')
  const text = `const { memory, views, handles, params, call, fail } = bound
    return (${values}) => {
      ${bound.params.map((param, i) => `const v${i} = ${givenText(param, i)}`).join('\n')}
      let result
      try { result = call(${values.replaceAll('a', 'v')}) } catch (error) { fail(error) }
      ${answeredText(bound)}
      return answered(bound, result)
    }`
  try {
    return new Function('bound', 'answered', text)(bound, answered) as Called
  } catch (error) {
    if (error instanceof EvalError) return undefined
    throw error
  }
}

/** An argument of what crosses, as `given` has it. */
function givenText({ kind, by }: Way, i: number): string {
  switch (kind) {
    case ways.number:
      return by === 0 ? `a${i}` : `a${i} < 0 ? a${i} + ${by} : a${i}`
    case ways.object:
      return `handles.objectAt(a${i}) ?? params[${i}].other(a${i})`
    case ways.wideUnsigned:
      return `memory.u64[${by >> 3}]`
    case ways.wide:
      return `memory.i64[${by >> 3}]`
    case ways.truth:
      return `a${i} !== 0`
    case ways.sized:
      return `a${i} === 0 ? null : views.at(a${i}, memory.u32(${by}))`
    case ways.other:
      return `params[${i}].other(a${i})`
  }
}

/** What is most often answered, before `answered` is asked. NaN is an error of the body's. */
function answeredText({ numbers, wide }: Bound): string {
  if (numbers) return "if (typeof result === 'number' && result === result) return result | 0"
  return wide ? `if (typeof result === 'bigint') { memory.i64[${ARGUMENT_CELLS >> 3}] = result; return }` : ''
}
