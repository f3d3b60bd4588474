// SPDX-License-Identifier: Apache-2.0
// What stands for a body, given what crosses: by the number of parameters, and without a call or an array. There are others for prototypes of
// numbers only, and for those of an object and numbers: what chooses between many kinds costs more than the call.

import { answered, type Bound, given, type Way, ways } from './given.ts'

type Adapter = (bound: Bound) => (...values: number[]) => unknown

export function adapterFor(params: readonly Way[]): Adapter {
  const [first, ...rest] = params
  const isNumber = ({ kind }: Way): boolean => kind === ways.number
  const adapters = params.every(isNumber)
    ? ofNumbers
    : first?.kind === ways.object && rest.every(isNumber)
      ? ofObject
      : ofAny
  return adapters[params.length] ?? ofMany
}

const ofMany: Adapter =
  (bound) =>
  (...values) => {
    const args = bound.params.map((param, i) => given(bound, param, values[i]!))
    let result: unknown
    try {
      result = bound.call(...args)
    } catch (error) {
      bound.fail(error)
    }
    return answered(bound, result)
  }

const ofNone: Adapter = (bound) => {
  const { call, fail } = bound
  return () => {
    let result: unknown
    try {
      result = call()
    } catch (error) {
      fail(error)
    }
    return answered(bound, result)
  }
}

/** By number of parameters, all of them numbers of 32 bits. */
const ofNumbers: readonly Adapter[] = [
  ofNone,
  (bound) => {
    const { params, call, fail } = bound
    const [p] = params.map(({ by }) => by) as [number]
    return (a) => {
      let result: unknown
      try {
        result = call(a! < 0 ? a! + p : a)
      } catch (error) {
        fail(error)
      }
      return answered(bound, result)
    }
  },
  (bound) => {
    const { params, call, fail } = bound
    const [p, q] = params.map(({ by }) => by) as [number, number]
    return (a, b) => {
      let result: unknown
      try {
        result = call(a! < 0 ? a! + p : a, b! < 0 ? b! + q : b)
      } catch (error) {
        fail(error)
      }
      return answered(bound, result)
    }
  },
  (bound) => {
    const { params, call, fail } = bound
    const [p, q, r] = params.map(({ by }) => by) as [number, number, number]
    return (a, b, c) => {
      let result: unknown
      try {
        result = call(a! < 0 ? a! + p : a, b! < 0 ? b! + q : b, c! < 0 ? c! + r : c)
      } catch (error) {
        fail(error)
      }
      return answered(bound, result)
    }
  },
  (bound) => {
    const { params, call, fail } = bound
    const [p, q, r, s] = params.map(({ by }) => by) as [number, number, number, number]
    return (a, b, c, d) => {
      let result: unknown
      try {
        result = call(a! < 0 ? a! + p : a, b! < 0 ? b! + q : b, c! < 0 ? c! + r : c, d! < 0 ? d! + s : d)
      } catch (error) {
        fail(error)
      }
      return answered(bound, result)
    }
  },
  (bound) => {
    const { params, call, fail } = bound
    const [p, q, r, s, t] = params.map(({ by }) => by) as [number, number, number, number, number]
    return (a, b, c, d, e) => {
      let result: unknown
      try {
        result = call(
          a! < 0 ? a! + p : a,
          b! < 0 ? b! + q : b,
          c! < 0 ? c! + r : c,
          d! < 0 ? d! + s : d,
          e! < 0 ? e! + t : e,
        )
      } catch (error) {
        fail(error)
      }
      return answered(bound, result)
    }
  },
]

/** The first is an object of the host's. */
const ofObject: readonly Adapter[] = [
  ofNone,
  (bound) => {
    const { params, call, fail, handles } = bound
    const { other } = params[0]!
    return (a) => {
      const object = handles.objectAt(a!) ?? other(a!)
      let result: unknown
      try {
        result = call(object)
      } catch (error) {
        fail(error)
      }
      return answered(bound, result)
    }
  },
  (bound) => {
    const { params, call, fail, handles } = bound
    const { other } = params[0]!
    const [q] = params.slice(1).map(({ by }) => by) as [number]
    return (a, b) => {
      const object = handles.objectAt(a!) ?? other(a!)
      let result: unknown
      try {
        result = call(object, b! < 0 ? b! + q : b)
      } catch (error) {
        fail(error)
      }
      return answered(bound, result)
    }
  },
  (bound) => {
    const { params, call, fail, handles } = bound
    const { other } = params[0]!
    const [q, r] = params.slice(1).map(({ by }) => by) as [number, number]
    return (a, b, c) => {
      const object = handles.objectAt(a!) ?? other(a!)
      let result: unknown
      try {
        result = call(object, b! < 0 ? b! + q : b, c! < 0 ? c! + r : c)
      } catch (error) {
        fail(error)
      }
      return answered(bound, result)
    }
  },
  (bound) => {
    const { params, call, fail, handles } = bound
    const { other } = params[0]!
    const [q, r, s] = params.slice(1).map(({ by }) => by) as [number, number, number]
    return (a, b, c, d) => {
      const object = handles.objectAt(a!) ?? other(a!)
      let result: unknown
      try {
        result = call(object, b! < 0 ? b! + q : b, c! < 0 ? c! + r : c, d! < 0 ? d! + s : d)
      } catch (error) {
        fail(error)
      }
      return answered(bound, result)
    }
  },
  (bound) => {
    const { params, call, fail, handles } = bound
    const { other } = params[0]!
    const [q, r, s, t] = params.slice(1).map(({ by }) => by) as [number, number, number, number]
    return (a, b, c, d, e) => {
      const object = handles.objectAt(a!) ?? other(a!)
      let result: unknown
      try {
        result = call(object, b! < 0 ? b! + q : b, c! < 0 ? c! + r : c, d! < 0 ? d! + s : d, e! < 0 ? e! + t : e)
      } catch (error) {
        fail(error)
      }
      return answered(bound, result)
    }
  },
]

const ofAny: readonly Adapter[] = [
  ofNone,
  (bound) => {
    const { params, call, fail } = bound
    const [p] = params as readonly [Way]
    return (a) => {
      const v = given(bound, p, a!)
      let result: unknown
      try {
        result = call(v)
      } catch (error) {
        fail(error)
      }
      return answered(bound, result)
    }
  },
  (bound) => {
    const { params, call, fail } = bound
    const [p, q] = params as readonly [Way, Way]
    return (a, b) => {
      const v = given(bound, p, a!)
      const w = given(bound, q, b!)
      let result: unknown
      try {
        result = call(v, w)
      } catch (error) {
        fail(error)
      }
      return answered(bound, result)
    }
  },
  (bound) => {
    const { params, call, fail } = bound
    const [p, q, r] = params as readonly [Way, Way, Way]
    return (a, b, c) => {
      const v = given(bound, p, a!)
      const w = given(bound, q, b!)
      const x = given(bound, r, c!)
      let result: unknown
      try {
        result = call(v, w, x)
      } catch (error) {
        fail(error)
      }
      return answered(bound, result)
    }
  },
  (bound) => {
    const { params, call, fail } = bound
    const [p, q, r, s] = params as readonly [Way, Way, Way, Way]
    return (a, b, c, d) => {
      const v = given(bound, p, a!)
      const w = given(bound, q, b!)
      const x = given(bound, r, c!)
      const y = given(bound, s, d!)
      let result: unknown
      try {
        result = call(v, w, x, y)
      } catch (error) {
        fail(error)
      }
      return answered(bound, result)
    }
  },
  (bound) => {
    const { params, call, fail } = bound
    const [p, q, r, s, t] = params as readonly [Way, Way, Way, Way, Way]
    return (a, b, c, d, e) => {
      const v = given(bound, p, a!)
      const w = given(bound, q, b!)
      const x = given(bound, r, c!)
      const y = given(bound, s, d!)
      const z = given(bound, t, e!)
      let result: unknown
      try {
        result = call(v, w, x, y, z)
      } catch (error) {
        fail(error)
      }
      return answered(bound, result)
    }
  },
]
