// SPDX-License-Identifier: Apache-2.0
// --path-map FROM=TO: paths in an object are those of the machine that compiled it.
import type { Outcome } from '../explain/index.ts'
import { UsageError } from './usage.ts'

/** What the options do to an outcome's source paths; the last that fits holds, as compilers have it. */
export function pathMapper(options: readonly string[]): (outcome: Outcome) => Outcome {
  if (options.length === 0) return (outcome) => outcome
  const map = mappedPath(options)
  return (outcome) =>
    outcome.diagnostic === undefined ? outcome : { ...outcome, diagnostic: withFiles(outcome.diagnostic, map) }
}

/** The same, of one path. */
export function mappedPath(options: readonly string[]): (path: string) => string {
  const maps = options.map(parse).reverse()
  return (path) => {
    for (const { from, to } of maps) {
      const rest = restOf(path, from)
      if (rest !== undefined) return to === '' ? rest.replace(/^\/+/, '') : `${to}${rest}`
    }
    return path
  }
}

function parse(option: string): { readonly from: string; readonly to: string } {
  const at = option.indexOf('=')
  if (at < 1) throw new UsageError(`--path-map ${option}: write FROM=TO`)
  return { from: option.slice(0, at), to: option.slice(at + 1) }
}

/** What follows `from`, where that is whole folders of the path. */
function restOf(path: string, from: string): string | undefined {
  if (!path.startsWith(from)) return undefined
  const rest = path.slice(from.length)
  return from.endsWith('/') || rest === '' || rest.startsWith('/') ? rest : undefined
}

/** A value with every property `file` mapped: places, notes, corrections. */
function withFiles<T>(value: T, map: (path: string) => string): T {
  const each = (part: unknown, key?: string): unknown => {
    if (key === 'file' && typeof part === 'string') return map(part)
    if (Array.isArray(part)) return part.map((one) => each(one))
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, each(inner, name)]))
  }
  return each(value) as T
}
