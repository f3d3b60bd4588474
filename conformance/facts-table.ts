// SPDX-License-Identifier: Apache-2.0
// What `--facts` prints: facts of every accepted program, held against the states of its walk.
import type { Compared } from './compare.ts'
import { floorOf } from './lab.ts'

/**
 * Fails where a fact is contradicted, or numbers could not be proven; of all programs that call kfuncs by 6.12 (`whole`) also where there
 * are fewer facts than there were: instructions known to be dead, branches known to be decided, operands known better than the walk did.
 */
export function factsTable(
  all: readonly Compared[],
  { whole }: { readonly whole: boolean },
): { readonly text: string; readonly failed: boolean } {
  const held = all.flatMap(({ row, answer }) => (answer.facts === undefined ? [] : [{ row, facts: answer.facts }]))
  const proofs = new Map<string, number>()
  const total = { steps: 0, operands: 0, narrower: 0, dead: 0, decided: 0 }
  for (const { facts } of held) {
    proofs.set(facts.proof, (proofs.get(facts.proof) ?? 0) + 1)
    for (const key of ['steps', 'operands', 'narrower', 'dead', 'decided'] as const) total[key] += facts[key]
  }
  const wrong = held.flatMap(({ row, facts }) =>
    facts.contradictions.slice(0, 3).map((what) => `${row.obj} ${row.prog}: ${what}`),
  )
  const found = { programs: held.length, ...total }
  const floor = Object.entries(whole ? (floorOf('facts') ?? {}) : {})
  const below = floor.filter(([name, least]) => found[name as keyof typeof found] < least)
  const accepted = all.filter(({ answer }) => answer.verdict === 'accept').length
  const text = [
    `facts of ${held.length} of ${accepted} accepted programs: ${[...proofs].map(([proof, n]) => `${n} ${proof}`).join(', ')}`,
    `${total.steps} states, ${total.operands} operands: ${wrong.length} contradictions, ${total.narrower} narrower than the state`,
    `${total.dead} dead instructions, ${total.decided} decided branches`,
    ...wrong,
    ...below.map(
      ([name, least]) => `facts: below the floor: ${found[name as keyof typeof found]} ${name}, floor ${least}`,
    ),
  ].join('\n')
  return { text, failed: below.length > 0 || wrong.length > 0 || held.length < accepted || proofs.has('pointers-only') }
}
