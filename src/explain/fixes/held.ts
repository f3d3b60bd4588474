// SPDX-License-Identifier: Apache-2.0
// What the program holds at a step of its path, as statements that give it back, in the order in which that may be done: locks and sections
// first, since little may be called inside of them, then references, the last taken first.

import { resolveType } from '../../btf/index.ts'
import { iteratorFamily, partnerOfKfunc } from '../../kfunc/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import type { PathStep } from '../../verifier/index.ts'
import { callee } from '../calls.ts'
import type { Case } from '../cases/index.ts'
import { neutralReturn } from '../cases/returns.ts'
import { insnOf, lastAt, lineAt } from '../source.ts'
import { argumentText, assignedName } from '../text.ts'
import type { Source } from '../types.ts'

/** What closes each section, and whether by the same argument. */
const closers: ReadonlyMap<string, { readonly by: string; readonly argument: boolean }> = new Map([
  ['bpf_rcu_read_lock', { by: 'bpf_rcu_read_unlock', argument: false }],
  ['bpf_preempt_disable', { by: 'bpf_preempt_enable', argument: false }],
  ['bpf_spin_lock', { by: 'bpf_spin_unlock', argument: true }],
  ['bpf_res_spin_lock', { by: 'bpf_res_spin_unlock', argument: true }],
  ['bpf_local_irq_save', { by: 'bpf_local_irq_restore', argument: true }],
])
const closing: ReadonlySet<string> = new Set([...closers.values()].map(({ by }) => by))

/** Helpers that give a reference, and what takes it back. */
const releasers: ReadonlyMap<string, string> = new Map([
  ['bpf_ringbuf_reserve', 'bpf_ringbuf_discard'],
  ['bpf_sk_lookup_tcp', 'bpf_sk_release'],
  ['bpf_sk_lookup_udp', 'bpf_sk_release'],
  ['bpf_skc_lookup_tcp', 'bpf_sk_release'],
])

interface Open {
  readonly step: number
  readonly statement: string
  readonly section: boolean
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
    const name = callee(program, step.insn)?.name
    const closer = name === undefined ? undefined : closers.get(name)
    if (name !== undefined && closing.has(name)) sections.pop()
    if (closer === undefined) continue
    const argument = closer.argument ? argumentAt(program, step.insn, name!) : ''
    if (argument === undefined || step.frame !== 0 || !isOwnLine(program, step.insn)) return undefined
    sections.push({ step: i, statement: `${closer.by}(${argument});`, section: true })
  }
  const references: Open[] = []
  for (const at of referencesAt(path, end, report.violation)) {
    const statement = releaseOf(at, path, program, kernel)
    if (statement === undefined) return undefined
    references.push({ step: path.findLastIndex(({ insn }) => insn === at), statement, section: false })
  }
  const order = (list: readonly Open[]): readonly string[] =>
    [...list].sort((a, b) => b.step - a.step).map(({ statement }) => statement)
  return [...order(sections), ...order(references)]
}

const argumentAt = (program: LinkedProgram, insn: number, name: string): string | undefined =>
  argumentText(lineAt(program, insn)?.text, name, 0)

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
  for (const reg of path[end]!.regs) if (reg.refObjId !== 0 && (reg.flags & 1) === 0) held.add(reg.refObjId)
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
  const text = lineAt(program, at)?.text
  if (name === undefined || text === undefined || step === undefined || step.frame !== 0) return undefined
  if (!isOwnLine(program, at)) return undefined
  const family = iteratorFamily(name)
  if (family !== undefined) {
    const iterator = argumentText(text, name, 0)
    return iterator === undefined ? undefined : `${family.destroy}(${iterator});`
  }
  // a node of a list or tree is dropped as the object that it is in
  if (/^bpf_(?:list|rbtree)_/.test(name)) return undefined
  const variable = assignedName(text, name)
  const helper = releasers.get(name)
  const partner = helper ?? partnerOfKfunc(kernel.kfuncs.get(name) ?? { name })?.names[0]
  if (variable === undefined || partner === undefined || !partner.startsWith('bpf_')) return undefined
  return `${partner.replace(/_impl$/, '')}(${variable}${helper === 'bpf_ringbuf_discard' ? ', 0' : ''});`
}

/** Does the line stand in the function that the insn is in? That of an inlined one stands elsewhere, and its variables with it. */
export function isOwnLine(program: LinkedProgram, insn: number): boolean {
  const line = lineAt(program, insn)
  const start = lastAt(program.funcs, insn, insnOf)
  const head = start === undefined ? undefined : lineAt(program, start.insn)
  if (line === undefined || head === undefined || line.file !== head.file || line.line < head.line) return false
  // not beyond the next function's head
  return !program.funcs.some(({ insn: other }) => {
    const next = lineAt(program, other)
    return next !== undefined && next.file === head.file && next.line > head.line && line.line >= next.line
  })
}

/** What the function returns where it has nothing to do: '' of one that returns nothing; undefined where that is not known. */
export function neutralOf({ program, report, causes }: Case): string | undefined {
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
