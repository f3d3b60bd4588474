// SPDX-License-Identifier: Apache-2.0
// A verdict as a Diagnostic: which code, where, what led there, which contract, what to change.

import { describeKfunc, type Kfunc } from '../kfunc/index.ts'
import { type Kernel, kernelGates } from '../kernel/index.ts'
import type { LinkedProgram } from '../object/index.ts'
import { leadInsOf, type Report } from '../verifier/index.ts'
import { contractAt, kfuncAt } from './calls.ts'
import { pointerInGlobal } from './cases/globals.ts'
import { handedOtherwise } from './cases/handed.ts'
import { type CodeRow, codeOfRule, unsupportedRow } from './codes/index.ts'
import { fillAll, fillFirst, orList, type Values } from './fill.ts'
import { fixFor } from './fixes/index.ts'
import { type Causes, causesOf, type Rejected } from './notes.ts'
import { explainLimit } from './limit.ts'
import { lineAt } from './source.ts'
import type { Contract, Diagnostic, Note, Primary } from './types.ts'
import { typesLost } from './types-lost.ts'
import { unsetWords } from './unset.ts'
import { valuesOf } from './values.ts'
import { isOfCallback } from './violations.ts'
import { isNull, isUntrusted, mayBeNull, structPointedTo } from './words.ts'

/**
 * Explains a rejection, or what kept us from judging; undefined for an accepted program.
 * The notes need the path: a report of `verify` with `trace`.
 */
export function explain(report: Report, program: LinkedProgram, kernel: Kernel): Diagnostic | undefined {
  if (report.verdict === 'accept') return undefined
  if (report.verdict === 'unsupported' && report.limit !== undefined)
    return explainLimit(report.limit, primaryAt(program, report.insn, ''))
  if (report.verdict === 'unsupported') return explainUnsupported(report.what, report.insn, program)
  return explainRejection(report.verdict === 'load_error' ? asRejection(report, program) : report, program, kernel)
}

/** A path that reaches what the loader could not link is told as the rejection it amounts to. */
function asRejection(report: Report & { readonly verdict: 'load_error' }, program: LinkedProgram): Rejected {
  const ref = program.refs.get(report.insn)
  const missing = report.missing ?? (ref?.kind === 'missing' ? ref : undefined)
  const what = missing?.what
  const rule = what === 'kfunc' ? 'missing' : what === undefined ? 'loader' : `loader-${what}`
  const why = missing?.why === undefined || missing.why === '' ? {} : { why: missing.why }
  const details = what === 'map' ? { ...why, seen: missing!.name } : why
  return { ...report, verdict: 'reject', rule, violation: undefined, details, path: [] }
}

/** 'map 'm': Retrying without BTF: …' as a sentence of its own. */
function lostWords(text: string): string {
  const [, map, why] =
    /^map '([^']+)': (?:Retrying without BTF|its values have no special fields): (.*)$/s.exec(text) ?? []
  if (map !== undefined)
    return `The kernel did not accept the types of map ${map}, so it knows of no special fields in it: ${why}${whyUndefined(why ?? '')}`
  const btf = /^Error loading \.BTF into kernel: (-\d+)\. BTF is optional, ignoring\. (.*)$/s.exec(text)
  return btf === null
    ? text
    : `The kernel did not accept the object’s BTF (${btf[1]}), so maps have no types and callbacks none: ${btf[2]}`
}

/** A type that only pointers are declared of is left out by the compiler. */
function whyUndefined(why: string): string {
  const name = /contains struct (\w+), which is not defined$/.exec(why)?.[1]
  return name === undefined
    ? ''
    : `. Its name in __contains() is not the struct’s, or the object has only pointers to it, and the compiler leaves such types out: bpf_obj_new(struct ${name}) somewhere in the object, or a global variable of the type, puts it in.`
}

function explainRejection(report: Rejected, program: LinkedProgram, kernel: Kernel): Diagnostic {
  const causes = causesOf(report, program, kernel)
  const kfunc = kfuncOf(report, program, kernel)
  const row = codeOfRule(report.rule, causeOf(report, causes, kfunc, { program, kernel }))
  const values = valuesOf(report, causes, kfunc, program, kernel)
  const label = fillFirst(row.label, values) ?? row.title
  const { decided } = causes
  const place = decided.insn
  const context = { report, program, kernel, kfunc, causes, values, row }
  return {
    code: row.code,
    title: row.title,
    ruleId: report.rule,
    message: [...(report.violation === undefined ? [] : leadInsOf(report.violation)), report.message].join('\n'),
    primary: { ...primaryAt(program, place, label), ...(decided.source ?? {}), insn: report.insn },
    notes: notesTo(place, report, causes.notes, program).filter(
      (note) => !isToldByLabel(note, label, values, program, place),
    ),
    reason: reasonOf(row, values, causes, label),
    contract: kfunc === undefined ? undefined : contractOf(kfunc, kernel),
    rule: row.rule,
    section: row.section,
    help: [...unsetWords(report, program), ...typesLost(report, program).map(lostWords), ...fillAll(row.help, values)],
    fix: fixFor(context),
  }
}

/** The notes; where the statement shown is not the one that the kernel stopped at, without those of the latter's line, which tells nothing. */
function notesTo(place: number, report: Rejected, notes: readonly Note[], program: LinkedProgram): readonly Note[] {
  if (report.violation !== undefined && 'frames' in report.violation.params) return []
  const stopped = place === report.insn ? undefined : lineAt(program, report.insn)
  return stopped === undefined ? notes : notes.filter(({ source }) => source?.line !== stopped.line)
}

/** 'R1 becomes X' right above 'R1 is X': the label says it already. */
function isToldByLabel(note: Note, label: string, values: Values, program: LinkedProgram, insn: number): boolean {
  const became = note.kind === 'update' ? /^(R\d+) becomes (.*)$/.exec(note.label) : null
  if (became === null || note.source?.line !== lineAt(program, insn)?.line) return false
  const [, reg, value] = became
  return label.includes(`${reg} is ${value}`) || (reg === values['reg'] && label.includes(value!))
}

function explainUnsupported(what: string, insn: number, program: LinkedProgram): Diagnostic {
  const row = unsupportedRow()
  return {
    code: row.code,
    title: row.title,
    ruleId: 'unsupported',
    message: what.startsWith('unsupported') ? what : `unsupported: ${what}`,
    primary: primaryAt(program, insn, 'this cannot be judged yet'),
    notes: [],
    reason: `kfuncs cannot say what the kernel would: ${what}`,
    contract: undefined,
    rule: row.rule,
    section: row.section,
    help: fillAll(row.help, {}),
    fix: undefined,
  }
}

function primaryAt(program: LinkedProgram, insn: number, label: string): Primary {
  const line = lineAt(program, insn)
  return { insn, file: line?.file, line: line?.line, column: line?.column, text: line?.text, label }
}

/** The kfunc that the message is about: at the insn itself, or named by the rule. */
function kfuncOf(report: Rejected, program: LinkedProgram, kernel: Kernel): Kfunc | undefined {
  const at = kfuncAt(program, kernel, report.insn)
  if (at !== undefined) return at
  const { kfunc, at: places } = report.details
  if (kfunc !== undefined) return kernel.kfuncs.get(kfunc)
  const acquired = report.rule === 'reference-leak' ? places?.at(-1)?.insn : undefined
  return acquired === undefined ? undefined : kfuncAt(program, kernel, acquired)
}

/** A narrower reason than the rule's, where the path shows one. */
function causeOf(
  report: Rejected,
  causes: Causes,
  kfunc: Kfunc | undefined,
  { program, kernel }: { readonly program: LinkedProgram; readonly kernel: Kernel },
): string | undefined {
  const { value, lost } = causes
  if (handedOtherwise({ report, causes, program }) !== undefined) return 'handed'
  if (isOfCallback(report.violation)) return 'callback'
  if (
    report.violation?.id === 'wq-map' &&
    'what' in report.violation.params &&
    report.violation.params.what === 'timer'
  )
    return 'timer'
  if (
    isMapArgument(report, kfunc) ||
    (report.details.expected === 'map_ptr' && value !== undefined && !mayBeNull(value))
  )
    return 'map'
  if (report.details.expected === 'map_value' && wantsString(report, program, kernel)) return 'string'
  if (report.rule === 'return-type') return kfunc === undefined ? undefined : 'kfunc'
  if (value === undefined) return undefined
  if (value.kind === 'ctx') return 'ctx'
  if (report.rule === 'release-unreferenced' && value.kind === 'fp') return 'dynptr'
  if (pointerInGlobal({ report, causes, program }) !== undefined) return 'number'
  if (mayBeNull(value) || (isNull(value) && lost === undefined)) return 'null'
  if (lost === undefined && kfunc?.flags.has('KF_RELEASE') === true && value.refObjId === 0) return 'release'
  if (lost !== undefined && !mayBeNull(value)) return 'lost'
  if (value.kind === 'scalar' && wantsObject(report, kfunc)) return 'number'
  if (isUntrusted(value)) return 'untrusted'
  return undefined
}

/** The parameter is a pointer to a kernel struct. */
function wantsObject({ details }: Rejected, kfunc: Kfunc | undefined): boolean {
  const index = details.arg ?? (details.reg === undefined ? undefined : details.reg - 1)
  const param = index === undefined ? undefined : kfunc?.params[index]
  return param !== undefined && structPointedTo(kfunc!.btf, param.type) !== undefined
}

/** The argument is a format or another string that the kernel reads when the program is loaded. */
const wantsString = ({ details, insn }: Rejected, program: LinkedProgram, kernel: Kernel): boolean => {
  const args: readonly { readonly kind: string; readonly reg: number }[] = contractAt(program, kernel, insn)?.args ?? []
  return args.some(({ kind, reg }) => kind === 'const_str' && reg === details.reg)
}

/** The parameter wants a map: what else is wrong with the argument follows from that. */
function isMapArgument({ details }: Rejected, kfunc: Kfunc | undefined): boolean {
  const param = details.arg === undefined ? undefined : kfunc?.params[details.arg]
  return param?.suffixes.some((suffix) => suffix === 'map' || suffix === 'const_map') === true
}

function reasonOf(row: CodeRow, values: Values, causes: Causes, label: string): string {
  const parts = [label]
  if (values['value'] !== undefined && values['reg'] !== undefined && !label.includes(values['value']))
    parts.push(`${values['reg']} is ${values['value']}`)
  if (causes.lost !== undefined && values['was'] !== undefined) parts.push(`it was ${values['was']} before`)
  return `${parts.join('; ')}. ${row.rule}`
}

/** A kfunc's contract in words, for the reader of a rejection. */
export function contractOf(kfunc: Kfunc, kernel: Kernel): Contract {
  const told = describeKfunc(kfunc, { trustedByDefault: kernel.gate(kernelGates.trustedByDefault) })
  const partner = told.partner
  const partnerWords =
    partner === undefined || partner.names.length === 0
      ? undefined
      : partner.role === 'acquire'
        ? `${partner.kind === 'section' ? 'closed' : partner.kind === 'iterator' ? 'destroyed' : 'released'} by ${orList(partner.names)}`
        : `${partner.kind === 'section' ? 'closes what' : partner.kind === 'iterator' ? 'destroys what' : 'releases what'} ${orList(partner.names)} ${partner.kind === 'section' ? 'opened' : partner.kind === 'iterator' ? 'made' : 'returned'}`
  return {
    name: kfunc.name,
    prototype: told.prototype,
    flags: told.flags.map(({ name, words }) => `${name}: ${words}`),
    params: told.params
      .filter(({ words }) => words.length > 0)
      .map(({ name, words }) => `${name}: ${words.join('; ')}`),
    returns: told.returns,
    callers: told.callers,
    partner: partnerWords,
  }
}
