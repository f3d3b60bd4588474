// SPDX-License-Identifier: Apache-2.0
// Every file test without a test runner, until one fails: for mutants.mjs, which wants to know of hundreds of wrong verifiers.
import { loadC } from '../../../src/cdecl/index.ts'
import { type Kernel, openKernel } from '../../../src/kernel/index.ts'
import { ourAnswer } from './our-answer.ts'
import { buildProgram } from './build.ts'
import { fileTests } from './files.ts'
import { type Answer, annotate } from './format.ts'

const reader = await loadC()
if (!reader.ok) throw new Error(reader.fault.what)
const kernels = new Map<string, Kernel>()
for (const { path, programs } of fileTests('test/verifier')) {
  for (const program of programs) {
    if (program.differs !== undefined) continue
    const answers = new Map<string, Answer>()
    try {
      for (const name of program.kernels) {
        let kernel = kernels.get(name)
        if (kernel === undefined) {
          const opened = await openKernel(name)
          if (!opened.ok) throw new Error(opened.fault.what)
          kernels.set(name, opened.value)
          kernel = opened.value
        }
        answers.set(name, ourAnswer(program, name, buildProgram(program, kernel, reader.value), kernel))
      }
    } catch (error) {
      tell(path, `${program.title}: ${String(error).split('\n')[0]}`)
    }
    if (annotate(program, answers).join('\n') !== program.lines.join('\n')) tell(path, program.title)
  }
}

function tell(path: string, title: string): never {
  console.log(`${path}: ${title}`)
  process.exit(1)
}
