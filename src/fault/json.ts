// SPDX-License-Identifier: Apache-2.0
// What JSON.stringify makes of our values: they hold BigInts, Maps, Sets, bytes and whole kernels' types, which it would throw at
// or lose. `withJson` gives a value a toJSON that no copy, clone or loop over its keys sees.

/** The value itself, which JSON.stringify can take from now on; `view` says what of it is told, where not all is. */
export function withJson<T extends object>(value: T, view: (value: T) => unknown = (all) => ({ ...all })): T {
  Object.defineProperty(value, 'toJSON', { value: () => plain(view(value), []), configurable: true })
  return value
}

/**
 * Maps become objects (or lists of pairs, where a key is no string or number), Sets lists, BigInts decimal strings, bytes hexadecimal
 * text; functions are left out, and so is what contains itself. Values with a toJSON of their own say themselves what they are.
 */
function plain(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function' || typeof value === 'symbol') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (above.includes(value)) return undefined
  const inner = [...above, value]
  const each = (one: unknown): unknown => plain(one, inner)
  if (value instanceof Uint8Array) return hex(value)
  if ('toJSON' in value && typeof value.toJSON === 'function') return each(value.toJSON())
  if (Array.isArray(value)) return value.map(each)
  if (value instanceof Set) return [...value].map(each)
  if (value instanceof Map) return entries([...value], each)
  return entries(Object.entries(value), each)
}

function entries(pairs: readonly (readonly [unknown, unknown])[], each: (value: unknown) => unknown): unknown {
  if (pairs.some(([key]) => typeof key !== 'string' && typeof key !== 'number'))
    return pairs.map((pair) => [...pair].map(each))
  // Names of the object's own may be anything, __proto__ too.
  const object = Object.create(null) as Record<string, unknown>
  for (const [key, value] of pairs) object[String(key)] = each(value)
  return object
}

function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}
