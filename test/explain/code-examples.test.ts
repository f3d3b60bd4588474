// SPDX-License-Identifier: Apache-2.0
// Every code comes with a program that the real kernel rejects and that raises it here, and with a near twin that both accept.
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { excerpt } from '../../scripts/excerpt.ts'
import { check, type Checked } from '../../src/check.ts'
import { codeExample } from '../../src/explain/codes/example.ts'
import { codeRow, codes, longForm } from '../../src/explain/index.ts'
import { type Kernel, openKernel } from '../../src/kernel/index.ts'

/** What these say is about kfuncs, not about a program: what it cannot judge, and a rule without a page. */
const aboutUs = ['KF198', 'KF199']
/** Rules that came after the kernel examples/ is judged by; their programs are to come. */
const later = ['KF025', 'KF058', 'KF158']
/** Its kfunc is one of the kernel's test module, which does not come with us: `npm run conformance` checks that it raises the code. */
const inTestModule = (file: string): boolean => file.startsWith('examples/testmod/')

interface Verdict {
  readonly object: string
  readonly program: string
  readonly verdict: string
}
const verdicts = new Map(
  (JSON.parse(readFileSync('examples/verdicts.json', 'utf8')) as { programs: Verdict[] }).programs.map(
    ({ object, program, verdict }) => [`examples/${object} ${program}`, verdict],
  ),
)

let kernel: Kernel
const checked = new Map<string, Checked[]>()
beforeAll(async () => {
  const opened = await openKernel('6.12')
  if (!opened.ok) throw new Error(opened.fault.what)
  kernel = opened.value
})
function ours(file: string, program: string): Checked {
  const object = file.replace(/\.c$/, '.o')
  if (!checked.has(object)) {
    const result = check(readFileSync(object), kernel, { name: object })
    if (!result.ok) throw new Error(result.fault.what)
    checked.set(object, result.value)
  }
  return checked.get(object)!.find((one) => one.program === program)!
}
const kernels = (file: string, program: string): string | undefined =>
  verdicts.get(`${file.replace(/\.c$/, '.o')} ${program}`)

describe('the examples of the codes', () => {
  test.for(codes.map(({ code }) => code).filter((code) => ![...aboutUs, ...later].includes(code)))('%s', (code) => {
    const row = codeRow(code)!
    if (row.example === undefined) {
      expect(row.bad && row.good).toMatch(/./)
      expect(longForm(code)).toMatch(/\nRejected:\n[\s\S]*\nAccepted:\n/)
      return
    }
    const { rejected, accepted } = codeExample(code)!
    expect(kernels(rejected.file, rejected.program)).toMatch(/^(reject|load_error)$/)
    expect(kernels(accepted.file, accepted.program)).toBe('accept')
    for (const { file, program, text } of [rejected, accepted]) {
      expect(text).toBe(excerpt(readFileSync(file, 'utf8'), program))
    }
    if (!inTestModule(rejected.file)) {
      expect(ours(rejected.file, rejected.program).diagnostic?.code).toBe(code)
      expect(ours(accepted.file, accepted.program).verdict).toBe('accept')
    }
    const text = longForm(code)!
    expect(text).toMatch(/\nRejected \(examples\/[\s\S]*\nAccepted \(examples\//)
    expect(text).toContain(rejected.program)
    expect(text).toContain(accepted.program)
  })
})
