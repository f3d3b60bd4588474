// SPDX-License-Identifier: Apache-2.0
import { remember } from '../core/remember.ts'

/** A signal that a program sent. */
export interface Signal {
  readonly pid: number
  readonly signal: number
  /** thread: to that task only. */
  readonly to: 'process' | 'thread'
}

/** First to last. */
export const signalsOf = remember((): Signal[] => [])
