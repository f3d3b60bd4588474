// SPDX-License-Identifier: Apache-2.0
// Bodies that take numbers and answer one. WebAssembly calls a function fast that has as many parameters as it passes, and no others: there
// is one for each number of them.

import type { KfuncBody } from '../../kfunc/index.ts'
import type { Core } from '../core/core.ts'

type Call = (...values: never[]) => unknown
type Numeric = (...values: number[]) => unknown

/** `other`: what is made of an answer that is no number. */
export function plainCall(core: Core, body: KfuncBody, params: number, other: (result: unknown) => unknown): Call {
  const call = body as unknown as Numeric
  const answer = (result: unknown): unknown => (typeof result === 'number' ? result : other(result))
  const fail = (error: unknown): never => core.blame(error)
  return (byCount[params] ?? ofMany)(call, answer, fail) as Call
}

type Adapter = (call: Numeric, answer: (result: unknown) => unknown, fail: (error: unknown) => never) => Numeric

const ofMany: Adapter =
  (call, answer, fail) =>
  (...values) => {
    let result: unknown
    try {
      result = call(...values)
    } catch (error) {
      fail(error)
    }
    return answer(result)
  }

/** By number of parameters. */
const byCount: readonly Adapter[] = [
  (call, answer, fail) => () => {
    let result: unknown
    try {
      result = call()
    } catch (error) {
      fail(error)
    }
    return answer(result)
  },
  (call, answer, fail) => (a) => {
    let result: unknown
    try {
      result = call(a!)
    } catch (error) {
      fail(error)
    }
    return answer(result)
  },
  (call, answer, fail) => (a, b) => {
    let result: unknown
    try {
      result = call(a!, b!)
    } catch (error) {
      fail(error)
    }
    return answer(result)
  },
  (call, answer, fail) => (a, b, c) => {
    let result: unknown
    try {
      result = call(a!, b!, c!)
    } catch (error) {
      fail(error)
    }
    return answer(result)
  },
  (call, answer, fail) => (a, b, c, d) => {
    let result: unknown
    try {
      result = call(a!, b!, c!, d!)
    } catch (error) {
      fail(error)
    }
    return answer(result)
  },
  (call, answer, fail) => (a, b, c, d, e) => {
    let result: unknown
    try {
      result = call(a!, b!, c!, d!, e!)
    } catch (error) {
      fail(error)
    }
    return answer(result)
  },
]
