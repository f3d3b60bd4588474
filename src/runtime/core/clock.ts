// SPDX-License-Identifier: Apache-2.0
// A clock that stands still until it is told to go on, and what is to happen then, in order.

export class Clock {
  /** Nanoseconds since boot. */
  now: bigint
  private readonly due: { at: bigint; order: number; run: () => void; cancelled: boolean }[] = []
  private order = 0
  constructor(now: bigint) {
    this.now = now
  }

  /** Runs when the clock comes to `at`; what was asked for first comes first. The answer takes it back: false where it ran already. */
  schedule(at: bigint, run: () => void): () => boolean {
    const entry = { at, order: this.order++, run, cancelled: false }
    this.due.push(entry)
    return () => {
      const waits = this.due.includes(entry)
      entry.cancelled = true
      if (waits) this.due.splice(this.due.indexOf(entry), 1)
      return waits
    }
  }

  /** Lets `ns` pass: what falls due meanwhile runs at its time, also what that schedules. */
  advance(ns: bigint): void {
    const end = this.now + ns
    for (;;) {
      let first: (typeof this.due)[number] | undefined
      for (const entry of this.due)
        if (
          entry.at <= end &&
          (first === undefined || entry.at < first.at || (entry.at === first.at && entry.order < first.order))
        )
          first = entry
      if (first === undefined) break
      this.due.splice(this.due.indexOf(first), 1)
      if (first.at > this.now) this.now = first.at
      first.run()
    }
    this.now = end
  }
}
