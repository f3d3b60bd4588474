// SPDX-License-Identifier: Apache-2.0
// What was worked out once of an object (a file's types, a kernel) and holds as long as it lives: asked for by each of its thousand programs.

/** The same function, that works an answer out once for each argument and keeps it as long as that lives. A throw is not kept. */
export function remembered<A extends object, R>(make: (of: A) => R): (of: A) => R {
  const known = new WeakMap<A, { readonly answer: R }>()
  return (of) => {
    let found = known.get(of)
    if (found === undefined) {
      found = { answer: make(of) }
      known.set(of, found)
    }
    return found.answer
  }
}

/** The same of two; `more`: what the answer is worked out with, and follows from the two. */
export function rememberedOfBoth<A extends object, B extends object, R, M extends readonly unknown[] = []>(
  make: (a: A, b: B, ...more: M) => R,
): (a: A, b: B, ...more: M) => R {
  const within = remembered((_: A) => new WeakMap<B, { readonly answer: R }>())
  return (a, b, ...more) => {
    const known = within(a)
    let found = known.get(b)
    if (found === undefined) {
      found = { answer: make(a, b, ...more) }
      known.set(b, found)
    }
    return found.answer
  }
}
