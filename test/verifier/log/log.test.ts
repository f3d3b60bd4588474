// SPDX-License-Identifier: Apache-2.0
// The log of a rejected program, line for line as the real kernel wrote it (kernel-logs.json holds its words).
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Kernel, openKernel } from '../../../src/kernel/index.ts'
import { linkProgram, openObject } from '../../../src/object/index.ts'
import { type Report, verify } from '../../../src/verifier/index.ts'
import kernel from './kernel-logs.json' with { type: 'json' }

const examples = new URL('../../../examples/', import.meta.url)

let opened: Promise<Kernel> | undefined
const bundled = (): Promise<Kernel> => {
  opened ??= openKernel('6.12').then((result) => {
    if (!result.ok) throw new Error(result.fault.what)
    return result.value
  })
  return opened
}

async function judge(object: string, program: string, log: boolean | 1 | 2): Promise<Report> {
  const running = await bundled()
  const file = openObject(readFileSync(new URL(object, examples)), object)
  if (!file.ok) throw new Error(file.fault.what)
  const linked = linkProgram(file.value, program, running)
  if (!linked.ok) throw new Error(linked.fault.what)
  return verify(linked.value, running, { log })
}

/** What differs between two runs of one kernel, and the padding behind an address, which is not ours to know. */
const comparable = (line: string): string =>
  line
    .replace(/\b(id|ref_obj_id|ref_id|dynptr_id)=\d+/g, '$1=N')
    .replace(/refs=[\d,]+/, 'refs=N')
    .replace(/= 0x0 */, '= 0x0 ')
    .trimEnd()

describe('the log is the kernel’s', () => {
  test.for(kernel.logs)('$object $program', async ({ object, program, log }) => {
    const report = await judge(object, program, true)
    const message = report.verdict === 'reject' ? report.message.split('\n') : []
    expect([...report.log, ...message].map(comparable)).toEqual(log)
  })
})

describe('what is kept of the log', () => {
  const { object, program } = kernel.logs[0]!

  test('nothing without the option', async () => {
    expect((await judge(object, program, false)).log).toEqual([])
  })
  test('at level 1 nothing of paths that ended well: an accepted program leaves no log', async () => {
    const report = await judge('06-task/task.bpf.o', 'task_from_pid', 1)
    expect(report.verdict).toBe('accept')
    expect(report.log).toEqual([])
  })
  test('at level 2 every path, each from where it was taken up', async () => {
    const report = await judge('06-task/task.bpf.o', 'task_from_pid', 2)
    expect(report.log.at(0)).toMatch(/^0: R1=ctx\(\) R10=fp0$/)
    expect(report.log.some((line) => /^from \d+ to \d+: R/.test(line))).toBe(true)
  })
})
