// SPDX-License-Identifier: Apache-2.0
/** A named feature gate: the kernel that it came with, and what it stands for. */
export interface GateRow {
  readonly name: string
  /** First kernel that has it. */
  readonly since: string
  /** First kernel that no longer has it. */
  readonly until?: string
  /** Older series that have it by a stable release. */
  readonly stable?: readonly string[]
  readonly words: string
  /** Nothing asks it: the kernel's types, its registrations or the loader's capabilities tell what it stands for. */
  readonly told?: true
}
