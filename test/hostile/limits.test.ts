// SPDX-License-Identifier: Apache-2.0
// What whoever runs strangers' objects may allow: the program that needs more is not judged and says why, the others are.
import { describe, expect, test } from 'vitest'
import { type CheckOptions, check } from '../../src/check.ts'
import { jsonLine } from '../../src/explain/render/json.ts'
import { openKernel } from '../../src/kernel/index.ts'
import { manyPrograms } from './attacks.ts'
import { makeObject } from './build.ts'

const opened = await openKernel('6.12')
if (!opened.ok) throw new Error(opened.fault.what)
const kernel = opened.value

const EXIT = 'r0 = 0\nexit'
/** A short program, a loop of a million instructions, a short program. */
const object = makeObject({
  functions: [
    { name: 'before', section: 'socket', code: EXIT },
    { name: 'loops', section: 'socket', code: `r1 = 400000\nagain:\nr1 += -1\nif r1 != 0 goto again\n${EXIT}` },
    { name: 'after', section: 'socket', code: EXIT },
  ],
})

function judge(bytes: Uint8Array, options: CheckOptions) {
  const checked = check(bytes, kernel, { name: 'limits.bpf.o', ...options })
  if (!checked.ok) throw new Error(checked.fault.what)
  return checked.value
}

describe('a limit', () => {
  test.for<[keyof CheckOptions, number, RegExp]>([
    [
      'maxInsns',
      1000,
      /^unsupported: limit maxInsns \(1000 instructions\): 1001 instructions processed, \d+ states kept$/,
    ],
    ['timeMs', 1, /^unsupported: limit timeMs \(1 ms\): \d+ instructions processed/],
    ['maxMemory', 1 << 20, /^unsupported: limit maxMemory \(1 MiB\): \d+ instructions processed/],
  ])('%s of %d', ([name, value, message]) => {
    const [before, loops, after] = judge(object, { [name]: value })
    expect([before!.verdict, after!.verdict]).toEqual(['accept', 'accept'])
    expect(loops).toMatchObject({ verdict: 'unsupported', limit: { name, value } })
    expect(loops!.diagnostic!.message).toMatch(message)
    expect(loops!.diagnostic!.help[0]).toMatch(new RegExp(`^Allow more: ${name} \\(--`))
    expect(jsonLine(loops!)).toMatchObject({ verdict: 'unsupported', limit: name })
    expect(jsonLine(before!).limit).toBeNull()
  })

  test('that is not reached changes nothing', () => {
    const free = judge(object, { maxInsns: 2_000_000 }).map(({ verdict }) => verdict)
    expect(free).toEqual(judge(object, {}).map(({ verdict }) => verdict))
  })

  test('the kernel’s own is a verdict', () => {
    const bytes = makeObject({
      functions: [
        { name: 'loops', section: 'socket', code: `r1 = 600000\nagain:\nr1 += -1\nif r1 != 0 goto again\n${EXIT}` },
      ],
    })
    expect(judge(bytes, { maxInsns: 2_000_000 })[0]).toMatchObject({
      verdict: 'reject',
      diagnostic: { message: 'BPF program is too large. Processed 1000001 insn' },
    })
  })

  test('totalMs is for all of an object’s programs', () => {
    const verdicts = judge(manyPrograms(50, 300_000), { totalMs: 300 })
    expect(verdicts).toHaveLength(50)
    expect(verdicts.at(-1)).toMatchObject({ verdict: 'unsupported', limit: { name: 'totalMs', value: 300 } })
  })
})

describe('a rejection', () => {
  const rejected = (rounds: number) =>
    judge(
      makeObject({
        functions: [
          {
            name: 'late',
            section: 'socket',
            code: `r1 = ${rounds}\nagain:\nr1 += -1\nif r1 != 0 goto again\nr0 = r9\nexit`,
          },
        ],
      }),
      {},
    )[0]!
  test.for([10, 20_000, 200_000])('after %d rounds is explained, with its path or without', (rounds) => {
    const { verdict, diagnostic, report } = rejected(rounds)
    expect([verdict, diagnostic!.message]).toEqual(['reject', 'R9 !read_ok'])
    const length = report?.verdict === 'reject' ? report.path.length : -1
    expect(length > 0).toBe(rounds < 200_000)
  })
})
