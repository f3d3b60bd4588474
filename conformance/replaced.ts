// SPDX-License-Identifier: Apache-2.0
// freplace programs, and programs that trace programs, judged and run with their targets by the real kernel (QEMU: minutes) and by us.
//   LAB=.lab node scripts/run.mjs conformance/replaced.ts [--kernel 7.3] [--again]      --again: with the kernel's last answers
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { check } from '../src/check.ts'
import { unwrap } from '../src/index.ts'
import { openKernel } from '../src/kernel/index.ts'
import { createMachine, type Loaded, type MachineOptions } from '../src/runtime/index.ts'
import { lab, oracle, readLines, root, type Row, version } from './lab.ts'
import { lineOf, nameOf, type Pair, pairs } from './runs/extensions.ts'
import { classes, inputLines, inputsOf } from './runs/inputs.ts'
import { contentsOf } from './runs/ours.ts'
import { differences, digested, type RunRow } from './runs/rows.ts'

const folder = process.env.RUNS ?? join(lab, 'extensions')
const own = join(root, 'test', 'runtime', 'programs')
const kernel = unwrap(await openKernel(version))

const there = pairs.filter(({ object, target }) => [object, target].every((name) => sourceOf(name) !== undefined))
if (!process.argv.includes('--again')) ask()
const judged = compareVerdicts(readLines<Row & { prog: string | null }>(join(folder, `verdicts-${version}.jsonl`)))
const runs = readLines<Run>(join(folder, `runs-${version}.jsonl`)).filter(
  ({ begins, prog_type }) => begins !== true && prog_type === 'ext',
)
console.log(`${judged.same} of ${judged.all} programs judged alike, ${judged.walks} of ${judged.accepted} walked alike`)
const same = [{}, { interpret: true }, { sanitize: true }].map((options) => compareRuns(runs, options))
console.log(`of ${runs.length} runs ${same[0]} alike, interpreted ${same[1]}, sanitized ${same[2]}`)

function sourceOf(name: string): string | undefined {
  return [join(own, name), join(lab, 'corpus', 'v3', name)].find((path) => existsSync(path))
}

function ask(): void {
  mkdirSync(folder, { recursive: true })
  const objects = new Set(there.flatMap(({ object, target }) => [object, target]))
  for (const name of objects) copyFileSync(sourceOf(name)!, join(folder, name))
  writeFileSync(join(folder, 'pairs.ext'), there.map((pair) => `${lineOf(pair)}\n`).join(''))
  writeFileSync(join(folder, 'list'), `${[...objects, 'pairs.ext'].join('\n')}\n`)
  writeFileSync(join(folder, 'inputs'), inputLines([]))
  const env = { ...process.env, LAB: lab, V: version, SMP: '1' }
  const run = (name: string, more: readonly string[]): void => {
    const out = join(folder, `${name}-${version}.jsonl`)
    // of the objects only what stands in pairs.ext is judged (-M)
    const args = ['-o', out, '-r', folder, '-a', '-M -t 120', ...more, '-l', join(folder, 'list')]
    spawnSync(join(oracle, 'run.sh'), args, { env, stdio: ['ignore', 2, 2] })
  }
  run('verdicts', [])
  run('runs', ['-i', join(folder, 'inputs')])
}

function compareVerdicts(rows: readonly (Row & { prog: string | null })[]) {
  const counts = { all: 0, same: 0, accepted: 0, walks: 0 }
  for (const pair of there) {
    const { object, target, program, func } = pair
    const attachTo = { bytes: readFileSync(sourceOf(target)!), name: target, program }
    for (const row of rows.filter(({ obj }) => obj === nameOf(pair))) {
      // what traces a program is not judged with it
      if (row.prog === null || row.prog_type !== 'ext') continue
      const attach = new Map(func === undefined ? [] : [[row.prog, func]])
      const asked = { name: object, program: row.prog, target: attachTo, attach }
      const { verdict, report, message } = unwrap(check(readFileSync(sourceOf(object)!), kernel, asked))[0]!
      const said = report?.verdict === 'reject' ? report.message : message
      counts.all++
      if (verdict === row.verdict && (verdict !== 'reject' || said === row.msg)) counts.same++
      else console.log(`${row.obj} ${row.prog}: ${row.verdict} ${row.msg ?? ''} | ours: ${verdict} ${said ?? ''}`)
      if (verdict !== 'accept' || row.verdict !== 'accept') continue
      counts.accepted++
      if (report?.insnsProcessed === row.verified_insns && report?.states === row.total_states) counts.walks++
      else console.log(`${row.obj} ${row.prog}: is walked otherwise`)
    }
  }
  return counts
}

type Run = RunRow & { readonly target_maps?: RunRow['maps'] }

/** How many runs of targets, with what replaces a function of theirs, are the kernel's. */
function compareRuns(rows: readonly Run[], options: MachineOptions): number {
  let same = 0
  for (const pair of there) {
    const ofPair = rows.filter(({ obj }) => obj === nameOf(pair))
    for (const prog of new Set(ofPair.map((row) => row.prog))) {
      const { run, loaded, target } = attached(pair, prog, options)
      for (const row of ofPair.filter((one) => one.prog === prog)) {
        const differs = differences(digested(row), digested({ ...row, ...run(row.input), maps: mapsOf(loaded) }))
        const targets = { ...row, maps: mapsOf(target) }
        differs.push(...differences(digested({ ...row, maps: row.target_maps ?? {} }), digested(targets)))
        if (differs.length === 0) same++
        else console.log(`${row.obj} ${prog} ${row.input}: ${differs.join(', ')}`)
      }
    }
  }
  return same
}

interface Attached {
  readonly loaded: Loaded
  readonly target: Loaded
  /** Of the target, on an input. */
  run(input: string): Pick<RunRow, 'errno' | 'retval' | 'data' | 'ctx'>
}

function attached({ object, target, program, func }: Pair, prog: string, options: MachineOptions): Attached {
  const machine = createMachine(kernel, { cpus: 1, ...options })
  const replaced = unwrap(machine.load(readFileSync(sourceOf(target)!), { name: target, programs: [program] }))
  const attachTo = replaced.programs.get(program)!
  const attach = new Map(func === undefined ? [] : [[prog, func]])
  const asked = { name: object, programs: [prog], attachTo, attach }
  const loaded = unwrap(machine.load(readFileSync(sourceOf(object)!), asked))
  unwrap(loaded.programs.get(prog)!.attach())
  const type = attachTo.type.replace('BPF_PROG_TYPE_', '').toLowerCase()
  const inputs = new Map(inputsOf(classes.get(type)!).map((input) => [input.name, input]))
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  return {
    loaded,
    target: replaced,
    run(name) {
      const { data, ctx } = inputs.get(name)!
      const run = attachTo.testRun({ ...(data === undefined ? {} : { data }), ...(ctx === undefined ? {} : { ctx }) })
      if (!run.ok) return /EINVAL/.test(run.fault.what) ? { errno: 22 } : { errno: -1 }
      const out = run.value
      return {
        errno: 0,
        retval: out.retval,
        ...(data === undefined || out.data === undefined ? {} : { data: hex(out.data) }),
        ...(ctx === undefined || out.ctx === undefined ? {} : { ctx: hex(out.ctx) }),
      }
    },
  }
}

function mapsOf({ maps }: Loaded): NonNullable<RunRow['maps']> {
  return Object.fromEntries([...maps].flatMap(([name, map]) => contentsOf(name, map)))
}
