// SPDX-License-Identifier: Apache-2.0
// A folder of mutants: `m/N.mut` beside the objects they change, and what the real kernel said of each (`answers.jsonl`).
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { lab, oracle, version } from '../lab.ts'

/** One program and its mutants, `formatMutant` each. */
export interface Batch {
  readonly obj: string
  readonly prog: string
  readonly mutants: readonly string[]
}

/** The kernel's answer to one mutant; 0 is the program itself. */
export interface MutantRow {
  readonly mut: string
  readonly mutant: number
  readonly verdict: string
  readonly errno: number
  readonly verified_insns?: number
  readonly log_tail?: string
  readonly flags?: number
  /** Code and register byte of every instruction, in hexadecimal. */
  readonly insns?: string
}

/** Writes the batches and the objects they are of. `pathOf` tells where an object is. */
export function writeBatches(folder: string, batches: readonly Batch[], pathOf: (obj: string) => string): void {
  rmSync(join(folder, 'm'), { recursive: true, force: true })
  mkdirSync(join(folder, 'm'), { recursive: true })
  batches.forEach(({ obj, prog, mutants }, i) => {
    mkdirSync(dirname(join(folder, obj)), { recursive: true })
    copyFileSync(pathOf(obj), join(folder, obj))
    writeFileSync(join(folder, 'm', `${i}.mut`), `${[`${obj} ${prog}`, ...mutants].join('\n')}\n`)
  })
}

export function readBatches(folder: string): Batch[] {
  const count = readdirSync(join(folder, 'm')).length
  return Array.from({ length: count }, (_, i) => {
    const [head = '', ...mutants] = readFileSync(join(folder, 'm', `${i}.mut`), 'utf8')
      .trimEnd()
      .split('\n')
    const [obj = '', prog = ''] = head.split(' ')
    return { obj, prog, mutants }
  })
}

/** Boots the kernel once and asks it about every mutant in the folder. `level`: of the log, where all of it is wanted. */
export function askKernel(folder: string, { level = 4, seconds = 60 } = {}): void {
  const batches = readBatches(folder)
  const objects = [...new Set(batches.map(({ obj }) => obj))]
  const list = join(folder, 'list')
  writeFileSync(list, `${[...objects, ...batches.map((_, i) => `m/${i}.mut`)].join('\n')}\n`)
  const args = ['-o', join(folder, 'answers.jsonl'), '-r', folder, '-a', `-M -L ${level} -t ${seconds}`, '-l', list]
  execFileSync('flock', [process.env.QEMU_LOCK ?? join(folder, 'lock'), join(oracle, 'run.sh'), ...args], {
    // the laboratory's modules are its own kernel's
    env: {
      MEM: '3G',
      ...(version === '6.12s' ? { MODULES: '', TESTMODS: '/none' } : {}),
      ...process.env,
      LAB: lab,
      V: version,
    },
    stdio: ['ignore', 2, 2],
  })
}

/** What the kernel said. A child that ran out of its time amid its log leaves lines that are cut off: they are told of, and no answers. */
export function readAnswers(folder: string): MutantRow[] {
  const lines = readFileSync(join(folder, 'answers.jsonl'), 'utf8').split('\n')
  const answers = lines.flatMap((line): MutantRow[] => {
    try {
      return line === '' ? [] : [JSON.parse(line) as MutantRow]
    } catch {
      return []
    }
  })
  const cut = lines.filter((line) => line !== '').length - answers.length
  if (cut > 0)
    console.error(`${cut} lines of answers.jsonl are cut off (a log took longer than its mutant may): not compared`)
  return answers
}
