// SPDX-License-Identifier: Apache-2.0
/**
 * Asks the real kernels about the programs of the .bpf files here, and writes what they say into the files.
 *
 *   LAB=.lab node scripts/run.mjs test/verifier/ask.ts [NAME...]   files whose path has a NAME in it; all of them without
 *
 * Needs a laboratory with the kernels that the files name (conformance/oracle/setup.sh; V=7.3 setup.sh kernel). QEMU, no KVM: seconds.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { lab, oracle, value } from '../../conformance/lab.ts'
import { loadC } from '../../src/cdecl/index.ts'
import { type Kernel, openKernel } from '../../src/kernel/index.ts'
import { byLine, lineOf, linkBuilt, walkText } from './filetest/our-answer.ts'
import { type Built, buildProgram } from './filetest/build.ts'
import { fileTests } from './filetest/files.ts'
import { type Answer, annotate, type FileTest, formatFile, type TestProgram } from './filetest/format.ts'
import { factsOfLog, insnOf } from './filetest/log.ts'

interface Row {
  readonly obj: string
  readonly verdict: string
  readonly stage?: string
  readonly msg?: string
  readonly verified_insns?: number
  readonly total_states?: number
  readonly libbpf?: string
  readonly log?: string
  readonly log_tail?: string
}

const here = 'test/verifier'
const files = fileTests(here, process.argv.slice(2))
const reader = value(await loadC())
const kernels = [...new Set(files.flatMap(({ programs }) => programs.flatMap((program) => program.kernels)))]
const answers = new Map<TestProgram, Map<string, Answer>>()
for (const name of kernels) await askKernel(name)
let changed = 0
for (const file of files) {
  const text = formatFile(
    file,
    file.programs.map((program) => annotate(program, answers.get(program) ?? new Map())),
  )
  const path = join(here, file.path)
  if (readFileSync(path, 'utf8') === text) continue
  changed++
  writeFileSync(path, text)
}
console.log(`${files.length} files, ${changed} changed`)

async function askKernel(name: string): Promise<void> {
  const kernel = value(await openKernel(name))
  const folder = mkdtempSync(join(tmpdir(), 'filetests-'))
  const asked = new Map<string, { file: FileTest; program: TestProgram; built: Built }>()
  for (const file of files) {
    file.programs.forEach((program, i) => {
      if (!program.kernels.includes(name)) return
      // libbpf names maps after the file
      const object = `${file.path}-${i}/filetest.bpf.o`
      const built = built1(file, program, kernel)
      mkdirSync(join(folder, dirname(object)), { recursive: true })
      writeFileSync(join(folder, object), built.bytes)
      asked.set(object, { file, program, built })
    })
  }
  const rows = judge(name, folder, [...asked.keys()])
  for (const object of asked.keys())
    if (!rows.some(({ obj }) => obj === object)) throw new Error(`${name} said nothing of ${object}`)
  for (const row of rows) {
    const { file, program, built } = asked.get(row.obj)!
    const answer = answerOf(row, built, kernel)
    if (typeof answer === 'string') console.error(`${file.path}: ${program.title}: ${name}: ${answer}`)
    else answers.set(program, (answers.get(program) ?? new Map<string, Answer>()).set(name, answer))
  }
  rmSync(folder, { recursive: true })
}

function built1(file: FileTest, program: TestProgram, kernel: Kernel): Built {
  try {
    return buildProgram(program, kernel, reader)
  } catch (error) {
    throw new Error(`${file.path}: ${program.title}: ${error instanceof Error ? error.message : error}`)
  }
}

function judge(name: string, folder: string, objects: readonly string[]): Row[] {
  const [list, out] = [join(folder, 'list'), join(folder, 'rows')]
  writeFileSync(list, `${objects.join('\n')}\n`)
  execFileSync(join(oracle, 'run.sh'), ['-o', out, '-r', folder, '-a', '-t 60 -W 2', '-l', list], {
    env: { MEM: '2G', ...process.env, LAB: lab, V: name, MODULES: '', TESTMODS: '/none' },
    stdio: ['ignore', 2, 2],
  })
  return readFileSync(out, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}

/** The kernel's answer, or why there is none. */
function answerOf(row: Row, built: Built, kernel: Kernel): Answer | string {
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
