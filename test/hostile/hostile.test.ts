// SPDX-License-Identifier: Apache-2.0
// Small objects that ask for very much work or memory: each is answered. A suite that hangs here has lost a bound; the figures are
// `npm run bench -- hostile`'s.
import { describe, expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import { type Kernel, openKernel } from '../../src/kernel/index.ts'
import { backwardJumps, callTree, longLines, longNames, recursion, references, sums } from './attacks.ts'

const kernels = new Map<string, Kernel>()
for (const name of ['6.12', '7.3']) {
  const opened = await openKernel(name)
  if (!opened.ok) throw new Error(opened.fault.what)
  kernels.set(name, opened.value)
}

function judge(bytes: Uint8Array, kernel = '6.12') {
  const checked = check(bytes, kernels.get(kernel)!, { name: 'hostile.bpf.o' })
  if (!checked.ok) return { fault: checked.fault.what }
  return {
    verdicts: checked.value.map(({ verdict }) => verdict),
    messages: checked.value.map((one) => one.diagnostic?.message),
  }
}

describe('calls', () => {
  test.for(['6.12', '7.3'])('a tree of 30^7 calls is walked as the graph of 7 functions it is, %s', (kernel) => {
    expect(judge(callTree(7, 30), kernel).verdicts).toHaveLength(1)
  })
  test('recursion: 7.3 asks for it by itself, 6.12 finds the stack too deep', () => {
    expect(judge(recursion(), '7.3').messages).toEqual(['recursive call from g1() to g0()'])
    expect(judge(recursion(), '6.12').messages).toEqual(['the call stack of 8 frames is too deep !'])
  })
})

test('liveness does not go over the program once for every jump back', () => {
  expect(judge(backwardJumps(60_000)).verdicts).toEqual(['accept'])
})

test('references are shared by the states that hold them: there is a verdict, not a limit', () => {
  expect(judge(references(30_000)).messages).toEqual(['Unreleased reference id=60000 alloc_insn=149999'])
})

test('an explanation follows sums of sums a few deep', () => {
  expect(judge(sums(15_000)).messages).toEqual(["R7 invalid mem access 'scalar'"])
})

describe('strings that share their ends', () => {
  test('source lines', () => {
    expect(judge(longLines(100_000, 500_000)).verdicts).toEqual(['accept'])
  })
  test('names', () => {
    expect(judge(longNames(100_000, 500_000)).fault).toMatch(/BTF type 2 has a name of more than 4096 bytes/)
    expect(judge(longNames(100_000, 4000)).fault).toMatch(/failed to find BTF for extern 'missing_one'/)
  })
})
