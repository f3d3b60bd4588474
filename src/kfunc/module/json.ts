// SPDX-License-Identifier: Apache-2.0
// A module definition as JSON (`kfuncs check --module host.json`): the same fields, checked by name and type before use.
import { attempt, FaultError, type Place, type Result } from '../../fault/index.ts'
import type { KfuncDeprecation } from '../types.ts'
import type { ModuleDefinition, ModuleFilter, ModuleRegistration } from './types.ts'

type Json = Readonly<Record<string, unknown>>

const fields = ['name', 'c', 'file', 'flags', 'register', 'filters', 'dtors', 'aliases', 'deprecated']

/** Reads `host.json`. `c` may be a list of lines. What is unknown or of the wrong type is a fault that names the field. */
export function parseModuleJson(text: string, file: string): Result<ModuleDefinition> {
  return attempt({ file }, () => {
    if (text.length > 8 << 20) throw new FaultError(`a module definition of ${text.length} characters`)
    let root: unknown
    try {
      root = JSON.parse(text)
    } catch (error) {
      throw new FaultError(`not JSON: ${error instanceof Error ? error.message : String(error)}`)
    }
    const json = object(root, 'the definition')
    onlyKnown(json, fields, 'the definition')
    const c = Array.isArray(json.c) ? strings(json.c, 'c').join('\n') : string(json.c, 'c')
    return {
      name: string(json.name, 'name'),
      c,
      ...optional('file', json.file, string),
      register: registerOf(json.register),
      ...optional('flags', json.flags, (value, at) =>
        record(value, at, (each, where) => (typeof each === 'string' ? each : strings(each, where))),
      ),
      ...optional('filters', json.filters, (value, at) => record(value, at, filterOf)),
      ...optional('dtors', json.dtors, (value, at) => record(value, at, string)),
      ...optional('aliases', json.aliases, (value, at) => record(value, at, string)),
      ...optional('deprecated', json.deprecated, (value, at) => record(value, at, deprecationOf)),
    }
  })
}

function registerOf(value: unknown): ModuleDefinition['register'] {
  if (!Array.isArray(value)) return record(value, 'register', strings)
  return value.map((each, index): ModuleRegistration => {
    const at = `register[${index}]`
    const json = object(each, at)
    onlyKnown(json, ['types', 'kfuncs', 'filter', 'set'], at)
    return {
      types: strings(json.types, `${at}.types`),
      kfuncs: strings(json.kfuncs, `${at}.kfuncs`),
      ...optional('filter', json.filter, string, `${at}.`),
      ...optional('set', json.set, string, `${at}.`),
    }
  })
}

function filterOf(value: unknown, at: string): ModuleFilter {
  const json = object(value, at)
  onlyKnown(json, ['types', 'attachTypes', 'structOps'], at)
  return {
    ...optional('types', json.types, strings, `${at}.`),
    ...optional('attachTypes', json.attachTypes, strings, `${at}.`),
    ...optional('structOps', json.structOps, strings, `${at}.`),
  }
}

function deprecationOf(value: unknown, at: string): KfuncDeprecation {
  const json = object(value, at)
  onlyKnown(json, ['since', 'removal', 'replacement', 'note'], at)
  return {
    ...optional('since', json.since, string, `${at}.`),
    ...optional('removal', json.removal, string, `${at}.`),
    ...optional('replacement', json.replacement, string, `${at}.`),
    ...optional('note', json.note, string, `${at}.`),
  }
}

type Read<T> = (value: unknown, at: string) => T

function optional<K extends string, T>(
  key: K,
  value: unknown,
  read: Read<T>,
  prefix = '',
): { readonly [key in K]?: T } {
  return value === undefined ? {} : ({ [key]: read(value, `${prefix}${key}`) } as { readonly [key in K]: T })
}
function wrong(at: string, wanted: string): never {
  const place: Place = {}
  throw new FaultError(`${at} must be ${wanted}`, place)
}
const string: Read<string> = (value, at) => (typeof value === 'string' ? value : wrong(at, 'a string'))
const strings: Read<readonly string[]> = (value, at) =>
  Array.isArray(value) ? value.map((each, index) => string(each, `${at}[${index}]`)) : wrong(at, 'a list of strings')
const object: Read<Json> = (value, at) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : wrong(at, 'an object')
function record<T>(value: unknown, at: string, read: Read<T>): Readonly<Record<string, T>> {
  const entries = Object.entries(object(value, at)).map(([key, each]): [string, T] => [key, read(each, `${at}.${key}`)])
  return Object.assign(Object.create(null) as Record<string, T>, Object.fromEntries(entries))
}
function onlyKnown(json: Json, known: readonly string[], at: string): void {
  const odd = Object.keys(json).find((key) => !known.includes(key))
  if (odd !== undefined)
    throw new FaultError(`${at} has an unknown field '${odd}'`, {}, `known are: ${known.join(', ')}`)
}
