// SPDX-License-Identifier: Apache-2.0
// What the program holds at a step of its path, as statements that give it back, in the order in which that may be done: locks and sections
// first, since little may be called inside of them, then references, the last taken first.

import { resolveType } from '../../btf/index.ts'
import { iteratorFamily, partnerOfKfunc } from '../../kfunc/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import type { PathStep } from '../../verifier/index.ts'
import { callee, contractAt, subprogName } from '../calls.ts'
import type { Case } from '../cases/index.ts'
import { indent, isDeclaredThere } from '../cases/leaks.ts'
import { neutralReturn } from '../cases/returns.ts'
import { handedOnAs } from '../left.ts'
import { closerOf, helperPartners, releaseStatement } from '../releases.ts'
import { codeAt, functionAt, insnOf, lastAt, lineAt } from '../source.ts'
import { argumentText, assignedName } from '../text.ts'
import type { Source } from '../types.ts'
import { mayBeNull } from '../words.ts'

interface Open {
  readonly step: number
  readonly statement: string
}

/** Statements that give back all that is held; undefined where one of them cannot be spelled. */
export function heldAt({ causes, program, kernel, report }: Case, end: number): readonly string[] | undefined {
  const { path } = causes
  const last = path[end]
  // another frame's variables are out of reach
  if (last === undefined || last.frame !== 0) return undefined
  const sections: Open[] = []
  for (let i = 0; i < end; i++) {
    const step = path[i]!
    const contract = contractAt(program, kernel, step.insn)
    if (contract?.effects.closes !== undefined) sections.pop()
    if (contract?.effects.opens === undefined) continue
    const statement = closerOf(contract, codeAt(program, step.insn))
    if (statement === undefined || step.frame !== 0 || !isOwnLine(program, step.insn)) return undefined
    sections.push({ step: i, statement })
  }
  const references: Open[] = []
  const inSection: Open[] = []
  for (const at of referencesAt(path, end, report.violation)) {
    const statement = releaseOf(at, path, program, kernel)
    if (statement === undefined) return undefined
    const step = path.findLastIndex(({ insn }) => insn === at)
    const isBound = isBoundToRcu(at, program, kernel)
    // once the section was left nothing can be called with it any more, not even what destroys it
    if (isBound && leavesRcu(path, step, program, kernel)) return undefined
    ;(isBound ? inSection : references).push({ step, statement })
  }
  const order = (list: readonly Open[]): readonly string[] =>
    [...list].sort((a, b) => b.step - a.step).map(({ statement }) => statement)
  return [...order(inSection), ...order(sections), ...order(references)]
}

/** An iterator that is good only within the RCU section it was made in. */
export function isBoundToRcu(at: number, program: LinkedProgram, kernel: Case['kernel']): boolean {
  const made = kernel.kfuncs.get(callee(program, at)?.name ?? '')
  return made !== undefined && iteratorFamily(made.name) !== undefined && made.flags.has('KF_RCU_PROTECTED')
}

/** Does the path leave an RCU section after a step? */
export const leavesRcu = (
  path: readonly PathStep[],
  since: number,
  program: LinkedProgram,
  kernel: Case['kernel'],
): boolean => path.some(({ insn }, i) => i > since && contractAt(program, kernel, insn)?.effects.closes === 'rcu')

/** The insns that took the references held: by the violation where it is about them, else by the registers that hold them. */
function referencesAt(
  path: readonly PathStep[],
  end: number,
  violation: Case['report']['violation'],
): readonly number[] {
  if (violation?.id === 'reference-leak') return violation.params.places
  const ids = new Map<number, number>()
  for (let i = 0; i < end; i++) {
    const reg = path[i + 1]!.regs[0]!
    if (reg.refObjId !== 0 && !ids.has(reg.refObjId)) ids.set(reg.refObjId, path[i]!.insn)
  }
  const held = new Set<number>()
  // what may be NULL is nothing yet where it is NULL, and that is where the program leaves
  for (const reg of path[end]!.regs) if (reg.refObjId !== 0 && !mayBeNull(reg)) held.add(reg.refObjId)
  return [...held].flatMap((id) => ids.get(id) ?? [-1])
}

/** `bpf_task_release(found);`: the release of what a call gave, by the name of the variable that it was assigned to. */
function releaseOf(
  at: number,
  path: readonly PathStep[],
  program: LinkedProgram,
  kernel: Case['kernel'],
): string | undefined {
  const name = callee(program, at)?.name
  const step = path.find(({ insn }) => insn === at)
  const text = codeAt(program, at)
  if (name === undefined || text === undefined || step === undefined || step.frame !== 0) return undefined
  const handed = handedOnAs(path, program, at)
  if (handed === undefined && !isOwnLine(program, at)) return undefined
  // a variable of an inner block is out of reach where that was left
  const end = path.at(-1)
  const [own, last] = [indent(program, at), end === undefined ? undefined : indent(program, end.insn)]
  if (
    handed === undefined &&
    isDeclaredThere(program, at) &&
    own !== undefined &&
    last !== undefined &&
    last > 0 &&
    last < own
  )
    return undefined
  const family = iteratorFamily(name)
  if (family !== undefined) {
    const iterator = argumentText(text, name, 0)
    return iterator === undefined ? undefined : `${family.destroy}(${iterator});`
  }
  // what lies on the stack is no result
  if (contractAt(program, kernel, at)?.effects.acquires !== true) return undefined
  // a node of a list or tree is dropped as the object that it is in
  if (/^bpf_(?:list|rbtree)_/.test(name)) return undefined
  const variable = handed === undefined ? assignedName(text, name) : handed.name
  const partner = helperPartners.get(name)?.[0] ?? partnerOfKfunc(kernel.kfuncs.get(name) ?? { name })?.names[0]
  return variable === undefined || partner === undefined ? undefined : releaseStatement(partner, variable)
}

/** Does the line stand in the function that the insn is in? That of an inlined one stands elsewhere, and its variables with it. */
export function isOwnLine(program: LinkedProgram, insn: number): boolean {
  const line = lineAt(program, insn)
  const start = lastAt(program.funcs, insn, insnOf)
  const fn = line === undefined ? undefined : functionAt(program, line)
  if (fn !== undefined) return fn.name === subprogName(program, start?.insn ?? 0)
  const head = start === undefined ? undefined : lineAt(program, start.insn)
  if (line === undefined || head === undefined || line.file !== head.file || line.line < head.line) return false
  // not beyond the next function's head
  return !program.funcs.some(({ insn: other }) => {
    const next = lineAt(program, other)
    return next !== undefined && next.file === head.file && next.line > head.line && line.line >= next.line
  })
}

const neutralOfKind = { nothing: '', pointer: 'NULL', boolean: 'false' } as const

/** What the function returns where it has nothing to do: '' of one that returns nothing; undefined where that is not known. */
export function neutralOf({ program, report, causes }: Case): string | undefined {
  const line = lineAt(program, report.insn)
  // an inlined function leaves itself
  const fn = line === undefined || isOwnLine(program, report.insn) ? undefined : functionAt(program, line)
  if (fn !== undefined && fn.returns !== 'other') return neutralOfKind[fn.returns]
  if (causes.path.at(-1)?.frame !== 0) return undefined
  const start = lastAt(program.funcs, report.insn, insnOf)
  if (start === undefined || program.btf === undefined || start.typeId >= program.btf.count) return undefined
  const func = program.btf.type(start.typeId)
  const proto = func.kind === 'func' ? program.btf.type(func.type) : undefined
  if (proto?.kind !== 'func_proto') return undefined
  if (resolveType(program.btf, proto.ret).kind === 'void') return ''
  return start.insn === 0 ? neutralReturn(program) : '0'
}

/** The statements before a `return`; in a block where the return may be the whole branch of an `if`. */
export function leaving(
  { file, line, text }: Source,
  program: LinkedProgram,
  held: readonly string[],
): readonly string[] {
  const indent = /^\s*/.exec(text)![0]
  const before = program.lines.find((one) => one.file === file && one.line === line - 1)?.text.trim()
  const branch =
    before === undefined
      ? indent.replaceAll('        ', '\t').length > 1
      : /^(?:if|else|for|while)\b.*[^{;]$/.test(before)
  const names = held.map((one) => {
    const variable = /^\w+\(([A-Za-z_]\w*)[,)]/.exec(one)?.[1]
    // a line that asks whether the variable is NULL is reached where it is, too
    return variable !== undefined && new RegExp(`\\b${variable}\\b`).test(text)
      ? { one, variable }
      : { one, variable: undefined }
  })
  const inner = branch ? `${indent}\t` : indent
  const statements = names.flatMap(({ one, variable }) =>
    variable === undefined ? [`${inner}${one}`] : [`${inner}if (${variable})`, `${inner}\t${one}`],
  )
  return branch
    ? [`${indent}{`, ...statements, `${inner}${text.trim()}`, `${indent}}`]
    : [...statements, text.trimEnd()]
}
