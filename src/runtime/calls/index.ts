// SPDX-License-Identifier: Apache-2.0
// Programs called as the kernel calls them: with arguments of the test's.

import { ok, type Result } from '../../fault/index.ts'
import type { Core } from '../core/core.ts'
import { type SocketRedirect, socketRedirect } from '../helpers/sockmap.ts'
import { sysctlNotes } from '../helpers/sysctl.ts'
import { writtenIn } from '../helpers/seq.ts'
import { sessionReturns } from '../kfuncs/session.ts'
import { sampleNote } from '../objects/sample.ts'
import type { LoadedProgram } from '../program.ts'
import type { RunSteps } from '../steps.ts'
import { placed } from './arguments.ts'
import { type CallOptions, type Context, contextOf } from './contexts.ts'

export type { Argument } from './arguments.ts'
export type { CallOptions } from './contexts.ts'

export interface Called {
  /** r0, with its sign. */
  readonly returned: bigint
  /** The context afterwards, where one was given; `before`: as the program found it, where the socket says more than was given. */
  readonly ctx?: Uint8Array
  readonly before?: Uint8Array
  /** What bpf_override_return() has the function answer. */
  readonly overridden?: bigint
  /** What bpf_set_retval() has the system call answer. */
  readonly retval?: number
  /** What bpf_sysctl_set_new_value() has written instead. */
  readonly sysctlWritten?: string
  /** What an iterator wrote. */
  readonly written?: Uint8Array
  /** What the context is about, afterwards: the message, the packet, the option's value. */
  readonly data?: Uint8Array
  /** Where sk_msg and sk_skb programs sent it, that passed it. */
  readonly redirected?: SocketRedirect
}

const SK_PASS = 1n

const shownOf = (core: Core, context: Context, length: number): Uint8Array =>
  context.shown?.(length) ?? core.memory.read(context.address, length)
const isRedirect = (value: unknown): value is SocketRedirect => value !== undefined

export function* callSteps(core: Core, program: LoadedProgram, options: CallOptions): RunSteps<Result<Called>> {
  const { args = [], returned } = options
  const own = placed(core, returned === undefined ? args : [...args, returned])
  try {
    const context = contextOf(core, program.linked, options, own)
    try {
      const notes = new Map<string, unknown>([
        ['cookie', options.cookie ?? 0n],
        ['retval', context.retval],
        [sessionReturns, returned !== undefined],
        [sysctlNotes.asked, options.sysctl],
        [sampleNote, options.sample],
      ])
      const before = options.ctx === undefined ? undefined : context.shown?.(options.ctx.length)
      const answer = BigInt.asIntN(64, yield { context: context.address, notes })
      const [override, retval] = [notes.get('override'), notes.get('retval')]
      const redirect = answer === SK_PASS ? notes.get(socketRedirect) : undefined
      const replaced = notes.get(sysctlNotes.replaced)
      return ok({
        returned: answer,
        ...(options.ctx === undefined ? {} : { ctx: shownOf(core, context, options.ctx.length) }),
        ...(before === undefined ? {} : { before }),
        ...(context.data === undefined ? {} : { data: context.data() }),
        ...(isRedirect(redirect) ? { redirected: redirect } : {}),
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
