// SPDX-License-Identifier: Apache-2.0
// One line on a terminal's stderr about what is under way, once it takes longer than a glance; nothing anywhere else.
import { printable } from '../fault/index.ts'

export function progress(total: number) {
  const tty = process.stderr.isTTY === true
  const start = performance.now()
  let done = 0
  let drawn = false
  const clear = (): void => {
    if (drawn) process.stderr.write('\r\x1b[K')
    drawn = false
  }
  return {
    clear,
    step: (): void => {
      done++
    },
    say: (what: string): void => {
      if (!tty || performance.now() - start < 500) return
      clear()
      process.stderr.write(printable(`[${done + 1}/${total}] ${what}`).slice(0, (process.stderr.columns ?? 80) - 1))
      drawn = true
    },
  }
}
