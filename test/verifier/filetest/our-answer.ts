// SPDX-License-Identifier: Apache-2.0
// What our verifier says of a program, and how instructions of a linked program are lines of its text.
import { formatFault, type Result } from '../../../src/fault/index.ts'
import type { Kernel } from '../../../src/kernel/index.ts'
import { type LinkedProgram, linkProgram, openObject } from '../../../src/object/index.ts'
import { progFlags } from '../../../src/uapi/sections.ts'
import { verify } from '../../../src/verifier/index.ts'
import type { Built } from './build.ts'
import { type Answer, expected, MAIN, STATES, type TestProgram } from './format.ts'
import { factsOfLog, insnOf } from './log.ts'

/** The guest that judges has two. */
const cpus = 2

export function linkBuilt({ bytes }: Built, kernel: Kernel): LinkedProgram {
  return value(linkProgram(value(openObject(bytes, 'filetest.bpf.o')), MAIN, kernel))
}

function flagNamed(name: string): number {
  const flag = new Map<string, number>(Object.entries(progFlags)).get(name)
  if (flag === undefined) throw new Error(`no load flag ${name}`)
  return flag
}

export function ourAnswer(program: TestProgram, name: string, built: Built, kernel: Kernel): Answer {
  const plain = linkBuilt(built, kernel)
  const linked = { ...plain, flags: program.flags.reduce((all, name) => all | flagNamed(name), plain.flags) }
  const { states: wantsStates, message: wanted } = expected(program, name)
  const report = verify(linked, kernel, { cpus, log: wantsStates && name === STATES ? 2 : false })
  const states = byLine(factsOfLog(report.log.join('\n')).states, linked, built)
  const walk = walkText(report.insnsProcessed, report.states)
  if (report.verdict === 'accept') return { verdict: 'accept', message: '', at: undefined, states, walk }
  const said = report.verdict === 'unsupported' ? report.what : report.message
  // of a message of several lines the kernel's last is written down; ours may go on with what belongs to it
  const lines = said.split('\n')
  const line = lines.find((one) => one === wanted) ?? lines.at(-1)!
  const message = report.verdict === 'reject' ? line : `${report.verdict}: ${line}`
  const last = report.insnsProcessed === 0 ? undefined : report.insn
  return { verdict: 'reject', message, at: lineOf(insnOf(message, last), linked, built), states, walk }
}

export const walkText = (insns: number, states: number): string => `${insns} insns, ${states} states`

/** States by line instead of by instruction; one stands for the first instruction of a line. */
export function byLine(states: ReadonlyMap<number, string>, linked: LinkedProgram, built: Built): Map<number, string> {
  const found = new Map<number, string>()
  for (const [insn, text] of states) {
    const at = lineOf(insn, linked, built)
    if (at !== undefined) found.set(at, text)
  }
  return found
}

/** The line, an index in the program's, of an instruction of the linked program. */
export function lineOf(insn: number | undefined, linked: LinkedProgram, { lines }: Built): number | undefined {
  if (insn === undefined || insn < 0) return undefined
  const func = linked.funcs.findLast((one) => one.insn <= insn)
  if (func === undefined || linked.btf === undefined) return undefined
  return lines.get(linked.btf.type(func.typeId).name)?.[insn - func.insn]
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(formatFault(result.fault))
  return result.value
}
