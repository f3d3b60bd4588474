// SPDX-License-Identifier: Apache-2.0
// A test in an object, and what came of it.
import type { Result } from '../../fault/index.ts'
import type { BpfObject } from '../../object/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import type { ProgTypeName } from '../../uapi/index.ts'
import type { Loaded, LoadOptions, Machine } from '../../runtime/index.ts'

/** `error`: it could not be run, so nothing is known of what it tests. */
export type TestStatus = 'pass' | 'fail' | 'skip' | 'error'

export interface TestRow {
  readonly object: string
  /** 'blocked/it is dropped': a case of a test is a row of its own. */
  readonly name: string
  readonly status: TestStatus
  /** Why it is not a pass; of a pass what was asked, where that is not all. '' otherwise. */
  readonly why: string
  /** What the test said, and explanations. */
  readonly log: readonly string[]
  readonly timeUs: number
}

/** What a test comes to. */
export type Outcome = Pick<TestRow, 'status' | 'why'> & { readonly log?: readonly string[] }

/** One test, which may have several cases: then each is a result of its own. */
export interface Test {
  readonly name: string
  readonly run: () => readonly (Outcome & { readonly name: string })[]
}

/** An object whose tests are run. */
export interface Tested {
  readonly object: BpfObject
  readonly kernel: Kernel
  /** Of sections that libbpf does not know, where it is told. */
  readonly type: ProgTypeName | undefined
  /** Loads it on a machine that nothing ran on, with the elements that its maps are to have. */
  readonly load: (options: LoadOptions) => Result<OnMachine>
}

export interface OnMachine {
  readonly machine: Machine
  readonly loaded: Loaded
}
