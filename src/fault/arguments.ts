// SPDX-License-Identifier: Apache-2.0
// Arguments of the wrong kind, from JavaScript or through a cast: what was passed, and what to pass instead.
import type { Fault } from './index.ts'

/** A kind of argument: in words, how to tell it, and how to come by one where a text was passed. */
export interface ArgumentKind {
  readonly what: string
  readonly fits: (value: unknown) => boolean
  readonly fromText?: string
}

const has = (value: unknown, ...keys: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && keys.every((key) => key in value)

// Of another realm (a worker of a test runner, an iframe) too.
const isBytes = (value: unknown): boolean => Object.prototype.toString.call(value) === '[object Uint8Array]'

/** What is passed about. A Kernel or an object is told by what only it has, so that one of another copy of kfuncs is taken. */
export const argumentKinds = {
  bytes: {
    what: 'the bytes of a file, a Uint8Array',
    fits: isBytes,
    fromText: 'read the file first: readFileSync(path), or new Uint8Array(await (await fetch(url)).arrayBuffer())',
  },
  input: {
    what: 'bytes, a Uint8Array',
    fits: isBytes,
    fromText: "pass its bytes: new TextEncoder().encode(text), or Uint8Array.from(Buffer.from(digits, 'hex'))",
  },
  kernel: {
    what: 'a Kernel',
    fits: (value) => has(value, 'btf', 'kfuncs', 'kfuncAllowed'),
    fromText: "open it first: unwrap(await openKernel('6.12'))",
  },
  object: {
    what: 'a BpfObject',
    fits: (value) => has(value, 'programs', 'maps', 'externs'),
    fromText: 'open it first: unwrap(openObject(bytes, name))',
  },
  program: {
    what: 'one of the programs of a BpfObject',
    fits: (value) => has(value, 'name', 'section', 'fn'),
    fromText: 'look for it: object.programs.find(({ name }) => name === …)',
  },
  module: {
    what: 'a KfuncModule',
    fits: (value) => has(value, 'unit', 'kfuncs', 'registrations'),
    fromText: 'define it first: unwrap(await defineModule({ name, c, register }))',
  },
} as const satisfies Readonly<Record<string, ArgumentKind>>

/** A fault where `value` is not of the kind that is wanted; undefined where it is. */
export function wrongArgument(name: string, value: unknown, kind: ArgumentKind): Fault | undefined {
  if (kind.fits(value)) return undefined
  const hint = instead(value, kind)
  return {
    kind: 'fault',
    what: `${name} must be ${kind.what}; this is ${kindOf(value)}`,
    place: {},
    ...(hint === undefined ? {} : { hint }),
  }
}

/** What a value is, in words. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (isPromise(value)) return 'a Promise'
  if (isResult(value)) return value.ok ? 'a Result' : `a Result that failed (${value.fault?.what ?? ''})`
  if (Array.isArray(value)) return 'an array'
  if (typeof value !== 'object') return typeof value === 'string' ? 'a string' : `a ${typeof value}`
  const name = Object.prototype.toString.call(value).slice('[object '.length, -1)
  return name === 'Object' ? 'an object of another kind' : `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`
}

function instead(value: unknown, { fits, fromText }: ArgumentKind): string | undefined {
  if (isPromise(value)) return 'await it'
  if (isResult(value)) return value.ok ? 'pass its value: unwrap(result), or result.value once result.ok' : undefined
  if (typeof value === 'string') return fromText
  if (fits !== isBytes) return undefined
  const name = Object.prototype.toString.call(value).slice('[object '.length, -1)
  if (name === 'ArrayBuffer' || name === 'SharedArrayBuffer') return 'pass new Uint8Array(buffer)'
  if (ArrayBuffer.isView(value)) return 'pass new Uint8Array(view.buffer, view.byteOffset, view.byteLength)'
  if (['Blob', 'File', 'Response'].includes(name)) return 'pass new Uint8Array(await it.arrayBuffer())'
  return Array.isArray(value) ? 'pass Uint8Array.from(numbers)' : undefined
}

const isPromise = (value: unknown): boolean => has(value, 'then')

const isResult = (value: unknown): value is { readonly ok: boolean; readonly fault?: Fault } =>
  has(value, 'ok') && (has(value, 'value') || has(value, 'fault'))
