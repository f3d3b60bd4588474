// SPDX-License-Identifier: Apache-2.0
// What a stranger's object may cost. Whoever does work that grows spends from a budget as it goes; where it is used up, what is under way
// ends with a `LimitReached`, which becomes an answer (`unsupported`) for the program it was about.

/** Bounds that whoever runs checks may set; what is absent is not bounded by time, and otherwise by the kernel's own limits. */
export interface Limits {
  /** Milliseconds that one program may take: its linking, its walk, its explanation. */
  readonly timeMs?: number
  /** Instructions that one program's walk may process, where that is less than the kernel's million. */
  readonly maxInsns?: number
  /** Bytes that one program's walk may hold in states and histories, as we reckon them. 512 MiB unless told. */
  readonly maxMemory?: number
}

/** Bounds for all of an object's programs together: those left where one is reached are not judged. */
export interface TotalLimits {
  /** Milliseconds. */
  readonly totalMs?: number
  /** Instructions, linked and walked. 4,000,000 unless told: four times what the kernel walks of one program. */
  readonly totalInsns?: number
}

export type LimitName = keyof Limits | keyof TotalLimits

/** Which limit was reached, at what value, and how far the work had come. */
export interface Limit {
  readonly name: LimitName
  readonly value: number
  readonly reached: string
}

/** Thrown where a budget is used up. */
export class LimitReached extends Error {
  readonly limit: Limit
  constructor(limit: Limit) {
    super(limitText(limit))
    this.limit = limit
  }
}

const units: Readonly<Record<LimitName, (value: number) => string>> = {
  timeMs: (value) => `${value} ms`,
  totalMs: (value) => `${value} ms for the whole object`,
  totalInsns: (value) => `${value} instructions for the whole object`,
  maxInsns: (value) => `${value} instructions`,
  maxMemory: (value) => `${Math.round(value / 2 ** 20)} MiB`,
}

/** 'limit timeMs (100 ms): 1200 instructions processed, 40 states kept' */
export const limitText = ({ name, value, reached }: Limit): string =>
  `limit ${name} (${units[name](value)})${reached === '' ? '' : `: ${reached}`}`

/** Steps between two looks at the clock: some microseconds of work. */
const STEPS = 2048
const MEMORY = 2 ** 29

const TOTAL_INSNS = 4_000_000

/** What all of an object's programs may cost together, from now on. */
export class TotalBudget {
  readonly totalMs: number
  readonly totalInsns: number
  /** When it must be done, by `performance.now()`. */
  readonly at: number
  insns = 0

  constructor({ totalMs = Number.POSITIVE_INFINITY, totalInsns = TOTAL_INSNS }: TotalLimits = {}) {
    this.totalMs = totalMs
    this.totalInsns = totalInsns
    this.at = performance.now() + totalMs
  }
}

export interface BudgetOptions extends Limits {
  /** Of the whole of which this is a part. */
  readonly total?: TotalBudget
}

/** One program's allowance, from now on. Without limits it is spent without end. */
export class Budget {
  readonly maxInsns: number
  readonly #memory: number
  readonly #at: number
  readonly #name: 'timeMs' | 'totalMs'
  readonly #value: number
  #left = STEPS
  #held = 0
  #counted = 0
  readonly #total: TotalBudget | undefined
  /** How far the work has come; told with the limit. */
  progress: () => string = () => ''

  constructor({ timeMs = Number.POSITIVE_INFINITY, maxInsns, maxMemory = MEMORY, total }: BudgetOptions = {}) {
    const own = performance.now() + timeMs
    const shared = total?.at ?? Number.POSITIVE_INFINITY
    this.maxInsns = maxInsns ?? Number.POSITIVE_INFINITY
    this.#memory = maxMemory
    this.#total = total
    this.#at = Math.min(own, shared)
    this.#name = shared < own ? 'totalMs' : 'timeMs'
    this.#value = shared < own ? (total?.totalMs ?? 0) : timeMs
  }

  /** `steps` more of whatever is under way: a comparison, a record, an instruction looked back at. */
  spend(steps = 1): void {
    this.#left -= steps
    if (this.#left <= 0) this.#look()
  }

  /** So many bytes more (or fewer) are held. */
  hold(bytes: number): void {
    this.#held += bytes
    if (this.#held > this.#memory) this.#reached('maxMemory', this.#memory)
  }

  /** So many instructions have been processed by the walk under way. */
  count(processed: number): void {
    if (processed > this.maxInsns) this.#reached('maxInsns', this.maxInsns)
    this.load(processed > this.#counted ? processed - this.#counted : processed)
    this.#counted = processed
  }

  /** So many instructions are linked: a thousand programs may share one long function, and each is gone through. */
  load(insns: number): void {
    const total = this.#total
    if (total === undefined) return
    total.insns += insns
    if (total.insns > total.totalInsns) this.#reached('totalInsns', total.totalInsns)
  }

  #look(): void {
    this.#left = STEPS
    if (performance.now() > this.#at) this.#reached(this.#name, this.#value)
  }

  #reached(name: LimitName, value: number): never {
    throw new LimitReached({ name, value, reached: this.progress() })
  }
}
