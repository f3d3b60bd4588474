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
  /** Of XDP: each run is on a frame of its own, and nothing comes back but `actions` (BPF_F_TEST_XDP_LIVE_FRAMES). */
  readonly liveFrames?: boolean
}

export interface TestRun {
  /** As the system call gives it: 32 bits without sign. */
  readonly retval: number
  /** The packet afterwards. */
  readonly data?: Uint8Array
  readonly ctx?: Uint8Array
  /** Of live frames: how often the program returned what. Where redirected ones went stands in `machine.redirects`. */
  readonly actions?: ReadonlyMap<number, number>
}

/** `later`: what is given back when the run is over, however it ends. */
export type Runner = (core: Core, program: LoadedProgram, options: TestRunOptions, later: Later) => Result<TestRun>
/** The same for runs that may wait. */
export type SteppedRunner = (...args: Parameters<Runner>) => RunSteps<Result<TestRun>>
export type Later = (free: () => void) => void
