// SPDX-License-Identifier: Apache-2.0
// Iterators and dynptrs by the calls that make them: one that other paths come by, one whose loop still goes on.

import { iteratorFamily } from '../../kfunc/index.ts'
import { callee } from '../calls.ts'
import type { Values } from '../fill.ts'
import { codeAt } from '../source.ts'
import { argumentText, callArguments } from '../text.ts'
import { type Case, placeWords } from './case.ts'

export function madeValues(one: Case): Values {
  switch (one.report.rule) {
    case 'iter-init':
    case 'dynptr-uninitialized':
      return madeElsewhere(one)
    case 'iter-uninit':
      return walkedStill(one)
    default:
      return {}
  }
}

const makes = (name: string): boolean =>
  iteratorFamily(name)?.method === 'new' || /^bpf_(?:dynptr_from_|dynptr_clone$|ringbuf_reserve_dynptr$)/.test(name)

/** The call that makes the variable, on a line that this path does not come by. */
function madeElsewhere({ report, causes, program }: Case): Values {
  const index = report.details.arg ?? (causes.reg === undefined ? undefined : causes.reg - 1)
  const name = callee(program, report.insn)?.name
  const variable = index === undefined ? undefined : argumentText(codeAt(program, report.insn), name, index)
  if (variable === undefined || !variable.startsWith('&')) return {}
  const made = program.insns.findIndex(({ op }, at) => {
    const maker = op.kind === 'call' ? callee(program, at)?.name : undefined
    const args = maker === undefined || !makes(maker) ? undefined : callArguments(codeAt(program, at) ?? '', maker)
    return args?.some((arg) => arg.trim() === variable) === true
  })
  return made < 0 || causes.path.some(({ insn }) => insn === made)
    ? {}
    : { madeName: variable, madeBy: callee(program, made)!.name, madeOn: placeWords(program, made) }
}

/** Where the loop began that walks the iterator, and has not ended here. */
function walkedStill({ causes: { path, value }, program }: Case): Values {
  if (value?.kind !== 'fp') return {}
  let made: number | undefined
  let walked = false
  for (const { insn, regs } of path.slice(0, -1)) {
    const method = iteratorFamily(callee(program, insn)?.name ?? '')?.method
    const own = regs[1]?.kind === 'fp' && regs[1].off === value.off && regs[1].frame === value.frame
    if (method === undefined || !own) continue
    made = method === 'new' ? insn : method === 'destroy' ? undefined : made
    walked = made !== undefined && (method === 'next' || (method !== 'new' && walked))
  }
  return made !== undefined && walked ? { walkedOn: placeWords(program, made) } : { walkedNot: 'yes' }
}
