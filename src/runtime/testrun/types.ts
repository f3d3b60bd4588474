// SPDX-License-Identifier: Apache-2.0
import type { Result } from '../../fault/index.ts'
import type { Core } from '../core/core.ts'
import type { LoadedProgram } from '../program.ts'
import type { RunSteps } from '../steps.ts'

export interface TestRunOptions {
  /** The packet. */
  readonly data?: Uint8Array
  /** The context as the user API shows it: struct __sk_buff, xdp_md; raw tracepoints' arguments; a syscall program's buffer. */
  readonly ctx?: Uint8Array
  /** Times that the program runs, on the same packet; the last result counts. 1 unless told, and for 0. */
  readonly repeat?: number
}

export interface TestRun {
  /** As the system call gives it: 32 bits without sign. */
  readonly retval: number
  /** The packet afterwards. */
  readonly data?: Uint8Array
  readonly ctx?: Uint8Array
}

/** `later`: what is given back when the run is over, however it ends. */
export type Runner = (core: Core, program: LoadedProgram, options: TestRunOptions, later: Later) => Result<TestRun>
/** The same for runs that may wait. */
export type SteppedRunner = (...args: Parameters<Runner>) => RunSteps<Result<TestRun>>
export type Later = (free: () => void) => void
