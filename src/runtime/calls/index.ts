// SPDX-License-Identifier: Apache-2.0
// Programs called as the kernel calls them: with arguments of the test's.

import { ok, type Result } from '../../fault/index.ts'
import type { Core } from '../core/core.ts'
import { sysctlNotes } from '../helpers/sysctl.ts'
import { writtenIn } from '../helpers/seq.ts'
import type { LoadedProgram } from '../program.ts'
import type { RunSteps } from '../steps.ts'
import { placed } from './arguments.ts'
import { type CallOptions, contextOf } from './contexts.ts'

export type { Argument } from './arguments.ts'
export type { CallOptions } from './contexts.ts'

export interface Called {
  /** r0, with its sign. */
  readonly returned: bigint
  /** The context afterwards, where one was given. */
  readonly ctx?: Uint8Array
  /** What bpf_override_return() has the function answer. */
  readonly overridden?: bigint
  /** What bpf_set_retval() has the system call answer. */
  readonly retval?: number
  /** What bpf_sysctl_set_new_value() has written instead. */
  readonly sysctlWritten?: string
  /** What an iterator wrote. */
  readonly written?: Uint8Array
}

export function* callSteps(core: Core, program: LoadedProgram, options: CallOptions): RunSteps<Result<Called>> {
  const { args = [], returned } = options
  const own = placed(core, returned === undefined ? args : [...args, returned])
  try {
    const context = contextOf(core, program.linked, options, own)
    try {
      const notes = new Map<string, unknown>([
        ['cookie', options.cookie ?? 0n],
        [sysctlNotes.asked, options.sysctl],
      ])
      const answer = BigInt.asIntN(64, yield { context: context.address, notes })
      const [override, retval] = [notes.get('override'), notes.get('retval')]
      const replaced = notes.get(sysctlNotes.replaced)
      return ok({
        returned: answer,
        ...(options.ctx === undefined ? {} : { ctx: core.memory.read(context.address, options.ctx.length) }),
        ...(typeof override === 'bigint' ? { overridden: override } : {}),
        ...(typeof replaced === 'string' ? { sysctlWritten: replaced } : {}),
        ...(typeof retval === 'number' ? { retval } : {}),
        ...(program.linked.attachType === 'BPF_TRACE_ITER' ? { written: writtenIn(notes) } : {}),
      })
    } finally {
      context.free()
    }
  } finally {
    own.free()
  }
}
