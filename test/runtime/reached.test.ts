// SPDX-License-Identifier: Apache-2.0
// Helpers on sockets, SYN cookies and perf events in test runs, each answer as the real 6.12 gives it (reached.json; programs/reached.bpf.c).
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { inputsOf } from '../../conformance/runs/inputs.ts'
import { unwrap } from '../../src/index.ts'
import { globalsOf, programsOf } from './programs.ts'

const kernel = JSON.parse(readFileSync('test/runtime/reached.json', 'utf8')) as Record<string, Record<string, number[]>>
const inputs = new Map([...inputsOf('skb'), ...inputsOf('raw_tp')].map((input) => [input.name, input]))

test.for(Object.entries(kernel).flatMap(([name, runs]) => Object.entries(runs).map((run) => [name, ...run] as const)))(
  '%s on %s',
  async ([name, input, told]) => {
    const checked = await programsOf('reached', { cpus: 1 })
    expect(unwrap(checked.program(name)!.testRun(inputs.get(input)!)).retval).toBe(0)
    const answers = globalsOf(checked)
    const ours = Array.from({ length: 64 }, (_, i) => Number(answers.getBigInt64(8 * i, true)))
    expect(ours).toEqual([...told, ...Array<number>(64 - told.length).fill(0)])
  },
)
