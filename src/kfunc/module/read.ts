// SPDX-License-Identifier: Apache-2.0
// A module definition from outside, JSON or JavaScript: one schema. What it gives is a copy with plain fields, so getters, proxies and
// later changes of the author's object are seen once or never.
import * as v from 'valibot'
import { dictionary, fields, readBy, string, strings } from '../../schema/index.ts'
import type { ModuleDefinition } from './types.ts'

/** The longest C text, and the longest definition as JSON, in characters. */
export const mostText = 8 << 20

const text = v.pipe(string, v.maxLength(mostText, `must not be longer than ${mostText} characters`))
const boolean = v.boolean('must be true or false')
const listOr = <S extends v.GenericSchema>(other: S) =>
  v.lazy((value): S | typeof strings => (Array.isArray(value) ? strings : other))

const filter = fields({
  types: v.optional(strings),
  attachTypes: v.optional(strings),
  structOps: v.optional(strings),
})
const filterFunction = v.custom<(program: never) => unknown>(
  (value) => typeof value === 'function',
  'must be a function',
)
const bodyFunction = v.custom<(...args: never[]) => unknown>(
  (value) => typeof value === 'function',
  'must be a function',
)
const registration = fields({
  types: strings,
  kfuncs: strings,
  filter: v.optional(string),
  set: v.optional(string),
})
const deprecation = fields({
  since: v.optional(string),
  removal: v.optional(string),
  replacement: v.optional(string),
  note: v.optional(string),
})

const member = fields({
  sleepable: v.optional(boolean),
  required: v.optional(boolean),
  kfuncs: v.optional(strings),
})
const structOps = fields({
  members: v.optional(dictionary(member)),
  helpers: v.optional(v.picklist(['base', 'none'], "must be 'base' or 'none'")),
  writes: v.optional(dictionary(listOr(v.literal('*', "must be a list of strings, or '*'")))),
  reg: v.optional(bodyFunction),
  unreg: v.optional(bodyFunction),
  update: v.optional(bodyFunction),
})

const definition = fields({
  name: string,
  c: v.pipe(
    listOr(string),
    v.transform((lines) => (typeof lines === 'string' ? lines : lines.join('\n'))),
    text,
  ),
  file: v.optional(string),
  flags: v.optional(dictionary(listOr(string))),
  register: v.lazy((value) => (Array.isArray(value) ? v.array(registration) : dictionary(strings))),
  filters: v.optional(dictionary(v.lazy((value) => (typeof value === 'function' ? filterFunction : filter)))),
  dtors: v.optional(dictionary(string)),
  aliases: v.optional(dictionary(string)),
  structOps: v.optional(dictionary(structOps)),
  deprecated: v.optional(dictionary(deprecation)),
  bodies: v.optional(dictionary(bodyFunction)),
})

/** The definition, or a `FaultError` that names the field that is wrong. */
export function readDefinition(value: unknown): ModuleDefinition {
  const read = readBy(definition, value, { what: 'the definition' })
  return withoutAbsent(read) as unknown as ModuleDefinition
}

/** `{ file: undefined }` is `{}`, at every depth of plain fields. */
function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAbsent)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.create(null) as Record<string, unknown>
  for (const [key, each] of Object.entries(value)) if (each !== undefined) kept[key] = withoutAbsent(each)
  return kept
}
