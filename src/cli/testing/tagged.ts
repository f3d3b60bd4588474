// SPDX-License-Identifier: Apache-2.0
// Programs with the tags of the kernel's selftests (bpf_misc.h): loaded as they expect it, and run where they say what they return.
import { TotalBudget } from '../../fault/index.ts'
import { renderPretty } from '../../explain/index.ts'
import { type Expectation, expectationOf, type ObjectProgram, retvalOf } from '../../object/index.ts'
import { returnValueName } from '../../uapi/index.ts'
import { checkExpected } from '../expect.ts'
import { refused } from './refused.ts'
import type { Outcome, Test, Tested } from './types.ts'

export function taggedTests(tested: Tested): readonly Test[] {
  const { object } = tested
  return object.programs.flatMap((program): Test[] => {
    const expectation = expectationOf(object, program)
    if (!expectation.tagged || expectation.auxiliary) return []
    return [{ name: program.name, run: () => [{ name: program.name, ...outcomeOf(tested, program, expectation) }] }]
  })
}

function outcomeOf(tested: Tested, program: ObjectProgram, expectation: Expectation): Outcome {
  const { object, kernel, type } = tested
  const options = { name: object.name, facts: false, ...(type === undefined ? {} : { type }) }
  const { expected, ...checked } = checkExpected({ object, program, kernel, options, total: new TotalBudget({}) })
  const { met, why, verdict, ignored } = expected!
  if (met === null) return { status: 'skip', why }
  if (!met) {
    const wish = verdict === 'reject' ? 'rejected' : 'accepted'
    return {
      status: checked.verdict === 'unsupported' ? 'error' : 'fail',
      why: `expected to be ${wish}, and ${why}`,
      log: checked.verdict === 'accept' ? [] : renderPretty(checked).trimEnd().split('\n'),
    }
  }
  const left = ignored.filter((tag) => tag !== '__retval')
  const beside = left.length === 0 ? '' : ` (not judged: ${left.join(', ')})`
  if (expectation.retval === undefined || verdict === 'reject')
    return { status: 'pass', why: `${verdict === 'reject' ? 'rejected' : 'accepted'} as expected${beside}` }
  const ran = run(tested, program, expectation.retval)
  return ran.status === 'pass' ? { ...ran, why: `${ran.why}${beside}` } : ran
}

/** What the selftests' own loader gives a program: a packet of zeros; syscall programs nothing. */
const PACKET = 64

function run(tested: Tested, program: ObjectProgram, text: string): Outcome {
  const { object } = tested
  // programs that stand by others are loaded with them
  const beside = object.programs.filter((one) => expectationOf(object, one).auxiliary).map(({ name }) => name)
  const there = tested.load({ programs: [program.name, ...beside], totalInsns: Number.POSITIVE_INFINITY })
  if (!there.ok) return { status: 'error', why: there.fault.what }
  const { machine, loaded } = there.value
  const made = loaded.programs.get(program.name)
  if (made === undefined) return refused(tested, program, { refusal: loaded.refused.get(program.name) })
  const ended = made.testRun(made.type === 'BPF_PROG_TYPE_SYSCALL' ? {} : { data: new Uint8Array(PACKET) })
  if (!ended.ok) return { status: 'error', why: ended.fault.what, log: machine.printed.map((line) => line.trimEnd()) }
  const returned = ended.value.retval | 0
  const wanted = retvalOf(text)
  const name = returnValueName(made.type, ended.value.retval)
  if (wanted === undefined && name === undefined)
    return { status: 'error', why: `its __retval is ${text}: expected a number, and it returned ${returned}` }
  if (wanted === 'any' || wanted === returned || (wanted === undefined && name === text.trim()))
    return { status: 'pass', why: `returned ${returned}` }
  return {
    status: 'fail',
    why: `expected to return ${text}, and returned ${returned}`,
    log: machine.printed.map((line) => line.trimEnd()),
  }
}
