// SPDX-License-Identifier: Apache-2.0
// A call that the section open around it does not allow: what opened the section, on which line, and what closes it.

import { partnerOf } from '../../kfunc/index.ts'
import type { PathStep } from '../../verifier/index.ts'
import { callee, contractAt } from '../calls.ts'
import { rulesOf } from '../codes/index.ts'
import { type Values, yes } from '../fill.ts'
import { closerOf, helperPartners } from '../releases.ts'
import { codeAt } from '../source.ts'
import { type Case, placeWords } from './case.ts'
import { timerCallback } from './handed.ts'
import { withoutSleeping } from './sleeping.ts'

/** KF006: a call that may sleep; KF053: one that is not allowed while a lock or section is held. */
const rules: ReadonlySet<string> = new Set([
  ...rulesOf('KF006', 'KF053'),
  'helper-sleep',
  'kfunc-sleepable',
  'rcu-nested',
])

export function sectionValues(one: Case): Values {
  const { report, causes, program, kernel } = one
  if (report.rule === 'section-open') return openValues(one)
  if (!rules.has(report.rule)) return {}
  const twin = withoutSleeping.get(callee(program, report.insn)?.name ?? '')
  const opened = openAt(one)
  const contract = opened === undefined ? undefined : contractAt(program, kernel, opened.insn)
  return {
    userCopy: twin,
    sleepsTimer: timerCallback(one),
    sleepsNoTimer: yes(timerCallback(one) === undefined),
    sectionOpener: contract?.name,
    sectionOn: opened === undefined ? undefined : placeWords(program, opened.insn),
    sectionCloser:
      opened === undefined || contract === undefined
        ? undefined
        : closerOf(contract, codeAt(program, opened.insn))?.replace(/;$/, ''),
    rcuPassed: yes(
      causes.path.at(-1)?.regs.some(({ kind, refObjId }, at) => at >= 1 && at <= 5 && kind === 'btf' && refObjId === 0),
    ),
  }
}

/** What opened the section that is still open at the end, and what closes it. */
function openValues(one: Case): Values {
  const opened = openAt(one)
  const name = opened === undefined ? undefined : contractAt(one.program, one.kernel, opened.insn)?.name
  const closer = name === undefined ? undefined : (helperPartners.get(name)?.[0] ?? partnerOf(name)?.names[0])
  return opened === undefined || closer === undefined
    ? {}
    : { openOpener: name, openCloser: closer, openOn: placeWords(one.program, opened.insn) }
}

/** The step that opened the innermost section that is open where the path ends. */
function openAt({ causes: { path }, program, kernel }: Case): PathStep | undefined {
  const open: PathStep[] = []
  for (const step of path.slice(0, -1)) {
    const effects = contractAt(program, kernel, step.insn)?.effects
    if (effects?.closes !== undefined) open.pop()
    else if (effects?.opens !== undefined) open.push(step)
  }
  return open.at(-1)
}
