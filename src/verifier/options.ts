// SPDX-License-Identifier: Apache-2.0
import type { Budget } from '../fault/index.ts'

export interface VerifyOptions {
  /** Write the kernel-format log (slower): 1 or true keeps the path that failed, as the kernel does at log level 1; 2 keeps all. */
  readonly log?: boolean | 1 | 2
  /** Keep registers along the path, for explanations (slower): always, or no longer than for so many instructions. */
  readonly trace?: boolean | number
  /** Tell what holds at each instruction of an accepted program (the program is walked twice). */
  readonly facts?: boolean
  /** Keep the state at each step, to be looked at in any order: of the first 500,000 steps, or of so many. Rejected programs too. */
  readonly recordStates?: boolean | number
  /** What the verification may cost; where that is used up the answer is `unsupported`. Default: the kernel's million instructions, and memory. */
  readonly budget?: Budget
  /** CPUs that the machine can have (nr_cpu_ids): bpf_get_smp_processor_id answers less. Default 8192, the most that a distribution's kernel is built for. */
  readonly cpus?: number
}
