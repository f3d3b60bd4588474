// SPDX-License-Identifier: Apache-2.0
// Every .bpf file of this folder: each program judged as the kernels that it names judged it. README.md says how to add one.
import { describe, expect, test } from 'vitest'
import { loadC } from '../../src/cdecl/index.ts'
import { type Kernel, openKernel } from '../../src/kernel/index.ts'
import { ourAnswer } from './filetest/our-answer.ts'
import { buildProgram } from './filetest/build.ts'
import { fileTests } from './filetest/files.ts'
import { type Answer, annotate } from './filetest/format.ts'

const reader = await loadC()
if (!reader.ok) throw new Error(reader.fault.what)
const c = reader.value
const kernels = new Map<string, Kernel>()
const files = fileTests()
for (const name of new Set(files.flatMap(({ programs }) => programs.flatMap((program) => program.kernels)))) {
  const opened = await openKernel(name)
  if (!opened.ok) throw new Error(opened.fault.what)
  kernels.set(name, opened.value)
}

describe.each(files)('$path', ({ programs }) => {
  test.for(programs)('$title', (program) => {
    const answers = new Map<string, Answer>()
    for (const name of program.kernels) {
      const kernel = kernels.get(name)!
      answers.set(name, ourAnswer(program, name, buildProgram(program, kernel, c), kernel))
    }
    // the program as it would be written had the kernel said what we say
    const ours = annotate(program, answers).join('\n')
    const theirs = program.lines.join('\n')
    if (program.differs !== undefined) expect(ours, `mended: strike off "differs: ${program.differs}"`).not.toBe(theirs)
    else expect(ours).toBe(theirs)
  })
})
