// SPDX-License-Identifier: Apache-2.0
// What verification of one program answers.

import type { Limit } from '../fault/index.ts'
import type { Effort } from './engine/effort.ts'
import type { Facts } from './facts/facts.ts'
import type { RecordedStates } from './facts/recorded.ts'
import type { Details } from './violations/details.ts'
import type { Missing } from './violations/raise.ts'
import type { Violation } from './violations/table.ts'
import type { PathStep } from './engine/path.ts'

interface Common {
  readonly insnsProcessed: number
  readonly states: number
  readonly peakStates: number
  readonly maxStatesPerInsn?: number
  /**
   * Bytes of stack that each subprogram was seen to use, the main program first: the kernel's `stack depth 32+0`, but for what it adds
   * afterwards to programs that it rewrites (bpf_loop inlined, may_goto, a tail call).
   */
  readonly stackDepths?: readonly number[]
  /** The state at each step of the walk; where it was asked for. */
  readonly recorded?: RecordedStates
  readonly log: readonly string[]
}

/** accept and reject are the kernel's answers; unsupported is ours: we cannot say yet. */
export type Report =
  | (Common & {
      readonly verdict: 'accept'
      /** What holds at each instruction; where it was asked for. */
      readonly facts?: Facts
      /** Why there are none though they were asked for: the limit that was reached. */
      readonly factsMissing?: string
    })
  | (Common & {
      readonly verdict: 'reject'
      /** Name of the rule that was broken: the violation's id. */
      readonly rule: string
      /** The kernel's message, word for word. */
      readonly message: string
      readonly insn: number
      /** The rule that was broken, and what is known of the case: told apart by `id`, then by `params.form`. */
      readonly violation: Violation
      readonly details: Details
      readonly path: readonly PathStep[]
      /** Of a walk that was given up, where it went; only with `trace`. */
      readonly effort?: Effort
    })
  /** The path reaches what the loader could not link: libbpf's own words. */
  | (Common & {
      readonly verdict: 'load_error'
      readonly message: string
      readonly insn: number
      /** What the instruction needs and is not there. */
      readonly missing?: Missing
    })
  | (Common & {
      readonly verdict: 'unsupported'
      readonly what: string
      readonly insn: number
      /** Where a limit of whoever asked was reached, or our own of memory. */
      readonly limit?: Limit
    })
