// SPDX-License-Identifier: Apache-2.0
// kfuncs of programs that run where a function is entered and where it returns (kprobe.session, fsession): which of both it is, and eight
// bytes that the second run finds as the first left them.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { remember } from '../core/remember.ts'

/** Of a run: does the function return? */
export const sessionReturns = 'returns'

/** By program: a machine has one call of a function at a time. */
const cookies = remember((core: Core) => {
  const places = new Map<string, number>()
  return (program: string): number => {
    let at = places.get(program)
    if (at === undefined) {
      at = core.memory.allocate(8, 'cookie of a session')
      places.set(program, at)
    }
    return at
  }
})

export const sessionKfuncs: Models = {
  bpf_session_is_return: model([], 'u32', (core) => () => (core.current?.notes.get(sessionReturns) === true ? 1 : 0)),
  bpf_session_cookie: model([], 'u32', (core) => () => cookies(core)(core.current?.program ?? '')),
}
