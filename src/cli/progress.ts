// SPDX-License-Identifier: Apache-2.0
// One line on a terminal's stderr about what is under way, once it takes longer than a glance; nothing anywhere else.
import { printable } from '../fault/index.ts'

export interface Progress {
  /** So many objects there are. */
  readonly expect: (total: number) => void
  /** An object is done. */
  readonly step: () => void
  /** What is under way. */
  readonly say: (what: string) => void
  /** Before anything else is printed. */
  readonly clear: () => void
}

/** Milliseconds that pass without a word. */
const GLANCE = 500
/** Milliseconds between two words: nobody reads faster. */
const PAUSE = 50

export function progress(quiet: boolean): Progress {
  const tty = process.stderr.isTTY === true && !quiet
  const start = performance.now()
  let total = 0
  let done = 0
  let said = 0
  let drawn = false
  const clear = (): void => {
    if (drawn) process.stderr.write('\r\x1b[K')
    drawn = false
  }
  return {
    clear,
    expect: (objects) => {
      total = objects
    },
    step: () => {
      done++
    },
    say: (what) => {
      const now = performance.now()
      if (!tty || now - start < GLANCE || now - said < PAUSE) return
      said = now
      clear()
      const width = (process.stderr.columns ?? 80) - 1
      process.stderr.write(printable(`[${Math.min(done + 1, total)}/${total}] ${what}`).slice(0, width))
      drawn = true
    },
  }
}
