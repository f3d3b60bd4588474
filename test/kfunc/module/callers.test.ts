// SPDX-License-Identifier: Apache-2.0
// The callers of the contract module, verified against our kernel with the declared module in it: the verdict must be the one that
// Linux 6.12 gave with the same module loaded as C (examples/modules/verdicts.json).
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import contract from '../../../examples/modules/contract-module.ts'
import type { Result } from '../../../src/fault/index.ts'
import { defineModule } from '../../../src/kfunc/index.ts'
import { kernelFromModule, openKernel, withModule } from '../../../src/kernel/index.ts'
import { linkProgram, openObject } from '../../../src/object/index.ts'
import { verify } from '../../../src/verifier/index.ts'

const examples = new URL('../../../examples/modules/', import.meta.url)
const verdicts = JSON.parse(readFileSync(new URL('verdicts.json', examples), 'utf8')) as {
  readonly object: string
  readonly program: string
  readonly verdict: string
  readonly message: string
}[]
function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.fault))
  return result.value
}
const module = value(await defineModule(contract))
const kernel = value(withModule(value(await openKernel()), module))
const alone = value(kernelFromModule(module))
const objects = new Map(
  ['annotations.bpf.o', 'flags.bpf.o', 'types.bpf.o'].map((name) => [
    name,
    value(openObject(readFileSync(new URL(name, examples)), name)),
  ]),
)
/** Function ids in messages are not ours to choose. */
/** Where the kernel refuses without a word, its log ends with the insn itself. */
const spoken = (message = '') => (/^\d+: \(/.test(message) ? '' : message)
const plain = (text: string) => text.replaceAll(/#\d+/g, '#N').replaceAll(/\bid=\d+/g, 'id=N')

/** Where we are known to differ from the kernel. A disagreement that is gone fails here until it is struck off. */
const disagreements: Readonly<Record<string, string>> = {}

test.for(verdicts)('$object $program: $verdict', ({ object, program, verdict, message }) => {
  const linked = value(linkProgram(objects.get(object)!, program, kernel))
  const report = verify(linked, kernel)
  if (program in disagreements) {
    expect(report.verdict, `agrees now: strike it off (${disagreements[program]})`).not.toBe(verdict)
    return
  }
  const said =
    report.verdict === 'accept'
      ? ''
      : report.verdict === 'reject'
        ? report.message
        : report.verdict === 'load_error'
          ? report.message
          : report.what
  expect([report.verdict, plain(said)]).toEqual([verdict, plain(spoken(message))])
})

const types = value(openObject(readFileSync(new URL('types.bpf.o', examples)), 'types.bpf.o'))
const ours = verdicts.filter(({ object, program }) => object === 'types.bpf.o' && !program.startsWith('filter_'))
test.for(ours)('with no Linux in the kernel at all, $program: $verdict', ({ program, verdict, message }) => {
  const report = verify(value(linkProgram(types, program, alone)), alone)
  const said =
    report.verdict === 'accept'
      ? ''
      : report.verdict === 'reject'
        ? report.message
        : report.verdict === 'load_error'
          ? report.message
          : report.what
  expect([report.verdict, plain(said)]).toEqual([verdict, plain(spoken(message))])
})
