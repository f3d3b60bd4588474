// SPDX-License-Identifier: Apache-2.0
// Programs run compiled and sanitized, on the inputs that the kernel ran them on and on others by chance: nothing that was proved may be
// contradicted, and both must come to the same.
import { randomOf } from '../mutants/random.ts'
import type { Kernel } from '../../src/kernel/index.ts'
import { classes, type Input, inputsOf } from './inputs.ts'
import { type Asked, type OurRun, runOn } from './ours.ts'
import { differences } from './rows.ts'

/** Of a program: how many runs were made, what was contradicted, in which runs and fields both ways differ. */
export interface SanitizedRuns {
  readonly runs: number
  /** Of runs that were not made, why, by how many. */
  readonly missing: Readonly<Record<string, number>>
  readonly reports: readonly string[]
  readonly unlike: readonly string[]
}

/** Which inputs beside the kernel's. */
export interface Chance {
  /** Inputs by chance, each from one of the class's. */
  readonly count: number
  readonly seed: string
}

/** Instructions of one run: what goes on for millions of rounds of may_goto is cut short, compiled too. */
const MOST_INSNS = 1_000_000

export function runSanitized(kernel: Kernel, asked: Asked, { count, seed }: Chance): SanitizedRuns {
  const kind = classes.get(asked.rows[0]!.prog_type)!
  const known = inputsOf(kind)
  const named = new Map(known.map((input) => [input.name, input]))
  const random = randomOf(`${seed} ${asked.obj} ${asked.prog}`)
  const inputs = [
    ...asked.rows.flatMap(({ input }) => named.get(input) ?? []),
    ...Array.from({ length: count }, (_, i) => changed(known[random.below(known.length)]!, random, `chance ${i}`)),
  ]
  const [compiled, sanitized] = [{}, { sanitize: true }].map((options) =>
    runOn(kernel, asked, inputs, { insnLimit: MOST_INSNS, ...options }),
  )
  const missing: Record<string, number> = {}
  const unlike: string[] = []
  let runs = 0
  let contradicted = false
  inputs.forEach(({ name }, i) => {
    const [ours, held] = [compiled![i]!, sanitized![i]!]
    // maps are not what they would be once a run contradicted something
    if (contradicted || held.report !== undefined) {
      contradicted = true
      return
    }
    if (ours.row === undefined || held.row === undefined) {
      if (ours.missing !== held.missing) unlike.push(`${name}: ${reason(ours)}, sanitized ${reason(held)}`)
      else missing[reason(ours)] = (missing[reason(ours)] ?? 0) + 1
      return
    }
    runs++
    const fields = differences(ours.row, held.row)
    if (fields.length > 0) unlike.push(`${name}: ${fields.join(', ')}`)
  })
  return { runs, missing, reports: sanitized!.flatMap(({ report }) => report ?? []), unlike }
}

const reason = ({ missing }: OurRun): string => (missing ?? 'it runs').split('\n')[0]!

/** Some bytes others, now and then some fewer. What a context says of the packet's length is no longer so: it goes. */
function changed({ data, ctx }: Input, random: ReturnType<typeof randomOf>, name: string): Input {
  const spoilt = (bytes: Uint8Array): Uint8Array => {
    const some = Uint8Array.from(bytes)
    for (let n = 1 + random.below(8); n > 0 && some.length > 0; n--) some[random.below(some.length)] = random.below(256)
    return some
  }
  if (data === undefined) return { name, ...(ctx === undefined ? {} : { ctx: spoilt(ctx) }) }
  const length = random.below(4) === 0 ? Math.max(14, random.below(data.length + 1)) : data.length
  return { name, data: spoilt(data.subarray(0, length)) }
}
