// SPDX-License-Identifier: Apache-2.0
// What a real kernel says of objects: QEMU boots it (conformance/oracle/run.sh), and its log is read as ours is.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lab, oracle } from '../../../conformance/lab.ts'
import type { Kernel } from '../../../src/kernel/index.ts'
import type { Built } from './build.ts'
import type { Answer } from './format.ts'
import { factsOfLog, insnOf } from './log.ts'
import { byLine, lineOf, linkBuilt, walkText } from './our-answer.ts'

/** A line of what the oracle writes: conformance/oracle/README.md. */
export interface Row {
  readonly obj: string
  readonly prog?: string | null
  readonly verdict: string
  readonly stage?: string
  readonly msg?: string
  readonly verified_insns?: number
  readonly total_states?: number
  readonly libbpf?: string
  readonly log?: string
  readonly log_tail?: string
}

/** Asks kernel `name` about objects of a folder, by their paths below it. `level`: of the logs. */
export function judge(name: string, folder: string, objects: readonly string[], level = 2): Row[] {
  const [list, out] = [join(folder, 'list'), join(folder, 'rows')]
  writeFileSync(list, `${objects.join('\n')}\n`)
  execFileSync(join(oracle, 'run.sh'), ['-o', out, '-r', folder, '-a', `-t 60 -W ${level}`, '-l', list], {
    env: { MEM: '2G', ...process.env, LAB: lab, V: name, MODULES: '', TESTMODS: '/none' },
    stdio: ['ignore', 2, 2],
  })
  return readFileSync(out, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}

/** The kernel's answer, or why there is none. */
export function answerOf(row: Row, built: Built, kernel: Kernel): Answer | string {
  if (row.verdict !== 'accept' && row.verdict !== 'reject')
    return `${row.verdict} ${row.stage ?? ''}: ${row.libbpf ?? row.log_tail ?? ''}`
  const log = row.log ?? ''
  // where an endless loop is found two states come after the message
  const looped = row.msg?.startsWith('old state: ') ? /^infinite loop detected.*$/m.exec(log)?.[0] : undefined
  // where the kernel said nothing its last line is the instruction
  const message = looped ?? row.msg?.replace(/^\d+: \([0-9a-f]{2}\) .*$/, '') ?? ''
  const linked = linkBuilt(built, kernel)
  const facts = factsOfLog(log)
  const states = byLine(facts.states, linked, built)
  const walk = walkText(row.verified_insns ?? 0, row.total_states ?? 0)
  if (row.verdict === 'accept') return { verdict: 'accept', message: '', at: undefined, states, walk }
  return { verdict: 'reject', message, at: lineOf(insnOf(message, facts.last), linked, built), states, walk }
}
