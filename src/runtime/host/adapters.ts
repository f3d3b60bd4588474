// SPDX-License-Identifier: Apache-2.0
// What stands for a body, given what crosses: a function made for its prototype, of text that holds numbers and nothing else. One of its own
// for each body costs little more than the body: the engine knows which it calls, and puts it in place; what serves many bodies costs a call
// that it cannot foresee, and each BigInt an allocation. Where a page forbids code from text (a content security policy without
// 'unsafe-eval'), one for all stands in.

import { ARGUMENT_CELLS } from '../core/core.ts'
import { answered, type Bound, given, type Way, ways } from './given.ts'

type Called = (...values: number[]) => unknown
type Adapter = (bound: Bound) => Called

export const adapterFor = (bound: Bound): Called =>
  made(bound) ?? (bound.params.some(({ kind }) => kind === ways.size) ? ofSized(bound) : ofAny(bound))

/** Where some of what crosses is the size of what is before it. */
const ofSized: Adapter = (bound) => {
  const { params, call, fail } = bound
  return (...values) => {
    const args: unknown[] = []
    params.forEach((param, i) => {
      if (param.kind !== ways.size) args.push(given(bound, param, values[i]!, values[i + 1]))
    })
    let result: unknown
    try {
      result = call(...args)
    } catch (error) {
      fail(error)
    }
    return answered(bound, result)
  }
}

/** For any other of up to five parameters. */
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
  const { params } = bound
  const args = params.flatMap(({ kind }, i) => (kind === ways.size ? [] : `v${i}`))
  const text = `const { memory, views, handles, params, call, fail } = bound
    ${params.map(({ kind }, i) => stateText(kind, i)).join('\n')}
    return (${params.map((_, i) => `a${i}`).join(', ')}) => {
      ${params.map((param, i) => givenText(param, i)).join('\n')}
      let result
      try { result = call(${args.join(', ')}) } catch (error) { fail(error) }
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

/** What is kept of a parameter from call to call. */
const stateText = (kind: Way['kind'], i: number): string =>
  kind === ways.object
    ? `const latest${i} = handles.newLatest()`
    : kind === ways.sized
      ? `let at${i} = 0, size${i} = 0, as${i}, held${i}`
      : ''

/** Makes an argument of what crosses, as `given` has it. Of objects and buffers the last is kept, and as what it was found. */
function givenText({ kind, by }: Way, i: number): string {
  const [value, crossed, at, size, as, held] = [`v${i}`, `a${i}`, `at${i}`, `size${i}`, `as${i}`, `held${i}`]
  switch (kind) {
    case ways.number:
      return `const ${value} = ${by === 0 ? crossed : `${crossed} < 0 ? ${crossed} + ${by} : ${crossed}`}`
    case ways.object:
      return `const ${value} = ${crossed} === latest${i}.address ? latest${i}.object
        : handles.latestAt(latest${i}, ${crossed}) ?? params[${i}].other(${crossed})`
    case ways.wideUnsigned:
      return `const ${value} = memory.u64[${by >> 3}]`
    case ways.wide:
      return `const ${value} = memory.i64[${by >> 3}]`
    case ways.truth:
      return `const ${value} = ${crossed} !== 0`
    case ways.sized:
      return `let ${value} = null
        if (${crossed} === ${at} && a${i + 1} === ${size} && memory.u8 === ${as}) ${value} = ${held}
        else if (${crossed} !== 0) {
          ${held} = ${value} = views.at(${crossed}, a${i + 1})
          ${at} = ${crossed}; ${size} = a${i + 1}; ${as} = memory.u8
        }`
    case ways.size:
      return ''
    case ways.other:
      return `const ${value} = params[${i}].other(${crossed})`
  }
}

/** What is most often answered, before `answered` is asked. NaN is an error of the body's. */
function answeredText({ numbers, wide }: Bound): string {
  if (numbers) return "if (typeof result === 'number' && result === result) return result | 0"
  return wide ? `if (typeof result === 'bigint') { memory.i64[${ARGUMENT_CELLS >> 3}] = result; return }` : ''
}
