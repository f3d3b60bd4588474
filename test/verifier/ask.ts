// SPDX-License-Identifier: Apache-2.0
/**
 * Asks the real kernels about the programs of the .bpf files here, and writes what they say into the files.
 *
 *   LAB=.lab node scripts/run.mjs test/verifier/ask.ts [NAME...]   files whose path has a NAME in it; all of them without
 *
 * Needs a laboratory with the kernels that the files name (conformance/oracle/setup.sh; V=7.3 setup.sh kernel). QEMU, no KVM: seconds.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { value } from '../../conformance/lab.ts'
import { loadC } from '../../src/cdecl/index.ts'
import { type Kernel, openKernel } from '../../src/kernel/index.ts'
import { type Built, buildProgram } from './filetest/build.ts'
import { fileTests } from './filetest/files.ts'
import { type Answer, annotate, type FileTest, formatFile, type TestProgram } from './filetest/format.ts'
import { answerOf, judge } from './filetest/their-answer.ts'

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
