// SPDX-License-Identifier: Apache-2.0
// __exception_cb(NAME) is the declaration tag "exception_callback:NAME" on the main program; its function joins the program although
// nothing calls it. Behaviour as of libbpf 1.5.
import { refuse } from './faults.ts'
import type { BpfObject, ObjectFunction } from './types.ts'

const TAG = 'exception_callback:'

/** The exception callback of a program, if its declaration names one. */
export function exceptionCallback(object: BpfObject, main: ObjectFunction): ObjectFunction | undefined {
  const { btf } = object
  if (btf === undefined) return undefined
  let found: ObjectFunction | undefined
  for (const { tag, target } of object.exceptionTags) {
    const func = btf.type(target)
    const prog = `prog '${main.name}'`
    if (func.kind !== 'func' || func.linkage !== 'global') {
      refuse(`${prog}: exception_callback:<value> decl tag not applied to the main program`)
    }
    if (func.name !== main.name) continue
    if (found !== undefined) return undefined // the verifier says what is wrong with two
    const name = tag.slice(TAG.length)
    if (name === '') refuse(`${prog}: exception_callback:<value> decl tag contains empty value`)
    found = object.functions.find((fn) => fn.subprog && fn.name === name)
    if (found === undefined) refuse(`${prog}: cannot find exception callback '${name}'`)
    if (!found.global || found.hidden) {
      refuse(`${prog}: exception callback ${name} must be a global non-hidden function`)
    }
  }
  return found
}
