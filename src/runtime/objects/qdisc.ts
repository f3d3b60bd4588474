// SPDX-License-Identifier: Apache-2.0
// What queueing disciplines asked of the kernel: to be asked again later.

import type { Core } from '../core/core.ts'
import { remember } from '../core/remember.ts'

export interface Watchdog {
  /** Of its struct Qdisc. */
  readonly qdisc: number
  /** When it wants to be asked for a packet again, on the machine's clock. */
  readonly at: bigint
}

/** One a queueing discipline at most: the latest. */
export const watchdogsOf = remember((_core: Core): Map<number, bigint> => new Map())
