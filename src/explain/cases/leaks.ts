// SPDX-License-Identifier: Apache-2.0
// What is never released, and why that is missed: it was handed to a global function, or a turn of a loop goes on without it.

import { structOpsStub } from '../../kernel/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import { callableBy } from '../allowed.ts'
import { callee } from '../calls.ts'
import { orList, type Values } from '../fill.ts'
import { codeAt, lineAt } from '../source.ts'
import { assignedName } from '../text.ts'
import { structPointedTo } from '../words.ts'
import { type Case, placeWords } from './case.ts'

export function leakCaseValues(one: Case): Values {
  const { report, causes, program } = one
  const acquired = report.details.at?.at(-1)?.insn
  if (report.rule === 'reference-leak' && acquired === 0) return givenReference(one)
  const since = causes.path.findLastIndex(({ insn }) => insn === acquired)
  if (report.rule !== 'reference-leak' || acquired === undefined || since < 0) return {}
  return { ...passedToGlobal(one, since), ...blockLeft(one, acquired, since, program) }
}

/** A reference that the program is given as an argument: `skb__ref` of an operation's stub. */
function givenReference({ program, kernel }: Case): Values {
  const { structOps } = program
  const stub = structOps === undefined ? undefined : structOpsStub(kernel, kernel.btf, structOps)
  const index = stub?.params.findIndex(({ name }) => name.endsWith('__ref')) ?? -1
  if (structOps === undefined || stub === undefined || index < 0) return {}
  const struct = structPointedTo(kernel.btf, stub.params[index]!.type)
  const given = stub.params[index]!.name.slice(0, -'__ref'.length)
  const releases = [...kernel.kfuncs.values()].filter(
    (kfunc) =>
      kfunc.flags.has('KF_RELEASE') && structPointedTo(kfunc.btf, kfunc.params[0]?.type ?? (0 as never)) === struct,
  )
  return {
    givenRef: given,
    givenReleases:
      orList(
        releases
          .filter(callableBy(program, kernel))
          .map(({ name }) => (name === 'bpf_qdisc_skb_drop' ? `${name}(${given}, to_free)` : `${name}(${given})`)),
      ) || undefined,
  }
}

/** A global function that was called with it: verified by itself, so it cannot give back what its caller holds. */
function passedToGlobal({ causes: { path }, program }: Case, since: number): Values {
  const id = path[since + 1]?.regs[0]?.refObjId ?? 0
  const at = path.findIndex(
    (step, i) =>
      i > since &&
      callee(program, step.insn)?.kind === 'subprog' &&
      path[i + 1]?.insn === step.insn + 1 &&
      step.regs.some((reg, number) => number >= 1 && number <= 5 && reg.refObjId === id && id !== 0),
  )
  return at < 0
    ? {}
    : { passedTo: callee(program, path[at]!.insn)?.name, passedOn: placeWords(program, path[at]!.insn) }
}

/** The decision that leaves the block in which the variable is declared. */
function blockLeft({ causes: { path } }: Case, acquired: number, since: number, program: LinkedProgram): Values {
  if (!isDeclaredThere(program, acquired)) return {}
  const own = indent(program, acquired)
  // the closing brace and the head of a function are of no block
  const ends = path.findIndex((step, i) => {
    const width = i > since ? indent(program, step.insn) : undefined
    return width !== undefined && own !== undefined && width > 0 && width < own
  })
  const before =
    ends < 0
      ? -1
      : path.findLastIndex(({ insn }, i) => i < ends && i > since && program.insns[insn]!.op.kind === 'jump')
  return before < 0 ? {} : { blockLeftOn: placeWords(program, path[before]!.insn) }
}

/** Is the variable that holds the result declared on the line that makes the call? */
export function isDeclaredThere(program: LinkedProgram, at: number): boolean {
  const name = callee(program, at)?.name
  const text = codeAt(program, at)
  const variable = name === undefined ? undefined : assignedName(text, name)
  return (
    variable !== undefined &&
    new RegExp(`^\\s*(?:const\\s+)?(?:struct\\s+)?\\w+\\s*\\*+\\s*${variable}\\s*=`).test(text ?? '')
  )
}

/** How deep a line is indented, a tab for eight; of the function that the insn is in. */
export function indent(program: LinkedProgram, at: number): number | undefined {
  const text = lineAt(program, at)?.text
  return text === undefined || text.trim() === ''
    ? undefined
    : /^\s*/.exec(text)![0].replaceAll('\t', '        ').length
}
