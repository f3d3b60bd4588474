// SPDX-License-Identifier: Apache-2.0
// --run --sanitize: the programs that --run runs, compiled and sanitized: what of the facts a run contradicts, and where both ways differ.
import { percent } from './compare.ts'
import { workAll } from './pool.ts'
import { askedPrograms, type RunOptions } from './run-programs.ts'
import { classes } from './runs/inputs.ts'
import type { Asked } from './runs/ours.ts'
import type { Chance, SanitizedRuns } from './runs/sanitized.ts'

/** What a worker is given. */
export interface AskedSanitized extends Asked {
  readonly chance: Chance
}

export async function sanitizeTable(
  options: RunOptions & { readonly chance: Chance },
): Promise<{ text: string; failed: boolean }> {
  const { chance } = options
  // a program that the guest did not come back from has no type
  const asked = (await askedPrograms(options))
    .filter(({ rows }) => classes.has(rows[0]!.prog_type))
    .map((one): AskedSanitized => ({ ...one, chance }))
  const lost = (how: string, message: string): SanitizedRuns => ({
    runs: 0,
    missing: { [`${how}: ${message}`]: 1 },
    reports: [],
    unlike: [],
  })
  const { jobs = 2, limit = 60_000 } = options
  const answers = await workAll<AskedSanitized, SanitizedRuns>(asked, { jobs, limit, lost })
  const lines: string[] = []
  let [runs, contradicted, unlike] = [0, 0, 0]
  const lostPrograms: string[] = []
  answers.forEach((answer, i) => {
    const { obj, prog } = asked[i]!
    runs += answer.runs
    if (answer.reports.length > 0) contradicted++
    if (answer.unlike.length > 0) unlike++
    for (const text of answer.reports.slice(0, 1)) lines.push(`${obj} ${prog}\n${text}`)
    for (const text of answer.unlike.slice(0, 2)) lines.push(`${obj} ${prog}: differs on ${text}`)
    for (const why of Object.keys(answer.missing))
      if (/^(?:timeout|crash)/.test(why)) lostPrograms.push(`${obj} ${prog}: ${why}`)
  })
  const short = answers.filter(({ missing }) => Object.keys(missing).some((why) => why.includes('insnLimit'))).length
  const clean = asked.length - contradicted - unlike - lostPrograms.length
  const text = [
    ...lines,
    ...lostPrograms,
    `${runs} sanitized runs of ${asked.length} programs, ${chance.count} inputs of each by chance (seed ${chance.seed}): ${clean} programs as compiled and nothing contradicted (${percent(clean, asked.length)}), ${contradicted} with a contradiction, ${unlike} otherwise than compiled, ${lostPrograms.length} not finished; ${short} cut short by insnLimit`,
  ].join('\n\n')
  return { text, failed: contradicted > 0 || unlike > 0 }
}
