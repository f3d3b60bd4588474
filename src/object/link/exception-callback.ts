// SPDX-License-Identifier: Apache-2.0
// __exception_cb(NAME) is the declaration tag "exception_callback:NAME" on the main program; its function joins the program although
// nothing calls it. Behaviour as of libbpf 1.5.
import { remembered } from '../../fault/index.ts'
import { refuse } from '../faults.ts'
import type { BpfObject, ObjectFunction } from '../types.ts'

const TAG = 'exception_callback:'

/** The tags of an object in order: which functions they are on, and the first that is on none. */
interface Tags {
  /** By the function's name: the callback's name and the tag's place among all. */
  readonly on: ReadonlyMap<string, readonly { readonly name: string; readonly at: number }[]>
  readonly misplaced: number
}

const tagsOf = remembered(({ btf, exceptionTags }: BpfObject): Tags => {
  const on = new Map<string, { name: string; at: number }[]>()
  for (const [at, { tag, target }] of exceptionTags.entries()) {
    const func = btf!.type(target)
    if (func.kind !== 'func' || func.linkage !== 'global') return { on, misplaced: at }
    const one = { name: tag.slice(TAG.length), at }
    const known = on.get(func.name)
    if (known === undefined) on.set(func.name, [one])
    else known.push(one)
  }
  return { on, misplaced: Number.POSITIVE_INFINITY }
})

const subprogsByName = remembered(({ functions }: BpfObject): ReadonlyMap<string, ObjectFunction> => {
  const named = new Map<string, ObjectFunction>()
  for (const fn of functions) if (fn.subprog && !named.has(fn.name)) named.set(fn.name, fn)
  return named
})

/** The exception callback of a program, if its declaration names one. */
export function exceptionCallback(object: BpfObject, main: ObjectFunction): ObjectFunction | undefined {
  if (object.btf === undefined) return undefined
  const { on, misplaced } = tagsOf(object)
  const prog = `prog '${main.name}'`
  const [first, second] = on.get(main.name) ?? []
  const found = first === undefined ? undefined : callbackNamed(object, first.name, prog)
  if (second !== undefined) return undefined // the verifier says what is wrong with two
  if (misplaced !== Number.POSITIVE_INFINITY)
    refuse(`${prog}: exception_callback:<value> decl tag not applied to the main program`)
  return found
}

function callbackNamed(object: BpfObject, name: string, prog: string): ObjectFunction {
  if (name === '') refuse(`${prog}: exception_callback:<value> decl tag contains empty value`)
  const found = subprogsByName(object).get(name)
  if (found === undefined) refuse(`${prog}: cannot find exception callback '${name}'`)
  if (!found.global || found.hidden) refuse(`${prog}: exception callback ${name} must be a global non-hidden function`)
  return found
}
