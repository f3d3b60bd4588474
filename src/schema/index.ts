// SPDX-License-Identifier: Apache-2.0
// Values of somebody else's making, read by a schema: what comes out has exactly the fields that were asked for, each read once.
// A schema's message is what follows the field's name: 'must be a string'.
import * as v from 'valibot'
import { FaultError, type Place, thrownText } from '../fault/index.ts'

export interface ReadOptions {
  /** What the value is: 'the definition'. */
  readonly what: string
  readonly place?: Place
  readonly hint?: string
}

/** The value as the schema has it; else a `FaultError` that names the field. A getter or proxy that throws is a fault too. */
export function readBy<const S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  { what, place = {}, hint }: ReadOptions,
): v.InferOutput<S> {
  const parsed = parse(schema, value, { what, place })
  if (parsed.success) return parsed.output
  const [{ path = [], message }] = parsed.issues
  // 'x must be …' is about x, 'lacks x' and 'has an unknown field x' about what holds it.
  const about = message.startsWith('must') ? path : path.slice(0, -1)
  throw new FaultError(`${pathText(about) || what} ${message}`, place, hint)
}

function parse<const S extends v.GenericSchema>(schema: S, value: unknown, { what, place = {} }: ReadOptions) {
  try {
    return v.safeParse(schema, value, { abortEarly: true })
  } catch (error) {
    throw new FaultError(`${what} cannot be read: ${thrownText(error)}`, place)
  }
}

const pathText = (path: readonly v.IssuePathItem[]): string =>
  path.reduce(
    (text, { key }) => (typeof key === 'number' ? `${text}[${key}]` : `${text}${text === '' ? '' : '.'}${String(key)}`),
    '',
  )

export const string = v.string('must be a string')
export const strings = v.array(string, 'must be a list of strings')
/** A number that counts or names something: an id, an offset, a length. */
export const count = v.pipe(
  v.number('must be a number'),
  v.safeInteger('must be a whole number'),
  v.minValue(0, 'must not be negative'),
)

const object = v.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
)

/** An object of these fields and no others. */
export const fields = <const E extends v.ObjectEntries>(entries: E) =>
  v.pipe(
    object,
    v.strictObject(entries, ({ expected, path }) => {
      const key = String(path?.at(-1)?.key)
      return expected === 'never'
        ? `has an unknown field '${key}' — known are: ${Object.keys(entries).join(', ')}`
        : `lacks '${key}'`
    }),
  )

/** A dictionary by names from outside: an object without prototype, so that no name is found that nobody gave. */
export const dictionary = <const S extends v.GenericSchema>(each: S) =>
  v.pipe(
    object,
    v.rawTransform(({ dataset, addIssue, NEVER }): Readonly<Record<string, v.InferOutput<S>>> => {
      const found = Object.create(null) as Record<string, v.InferOutput<S>>
      for (const [key, value] of Object.entries(dataset.value)) {
        const parsed = v.safeParse(each, value, { abortEarly: true })
        if (parsed.success) found[key] = parsed.output
        else {
          const [{ message, path = [] }] = parsed.issues
          const item: v.ObjectPathItem = { type: 'object', origin: 'value', input: {}, key, value }
          addIssue({ message, path: [item, ...path] })
          return NEVER
        }
      }
      return found
    }),
  )
