// SPDX-License-Identifier: Apache-2.0

/** What is known of the event that runs a perf_event program. What is left out is 0. */
export interface Sample {
  readonly period?: number | bigint
  /** That was sampled. */
  readonly address?: number | bigint
  /** bpf_perf_prog_read_value(): what it counted, and for how many nanoseconds it was enabled and ran. */
  readonly count?: number | bigint
  readonly enabled?: number | bigint
  readonly running?: number | bigint
  /** bpf_read_branch_records(); left out: the event records none. */
  readonly branches?: readonly {
    readonly from: number | bigint
    readonly to: number | bigint
    /** Of struct perf_branch_entry, its third word. */
    readonly flags?: number | bigint
  }[]
}

/** Where a run has it. */
export const sampleNote = 'sample'
