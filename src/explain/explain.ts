// SPDX-License-Identifier: Apache-2.0
// A verdict as a Diagnostic: which code, where, what led there, which contract, what to change.

import { callerWords, describeKfunc, iteratorFamily, type Kfunc, partnerOf, releasesOf } from '../kfunc/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { LinkedProgram } from '../object/index.ts'
import type { Report } from '../verifier/index.ts'
import { callee, kfuncAt } from './calls.ts'
import { type CodeRow, codeOfRule, unsupportedRow } from './codes/index.ts'
import { fillAll, fillFirst, ordinal, orList, type Values } from './fill.ts'
import { fixFor } from './fix.ts'
import { type Causes, causesOf, type Rejected } from './notes.ts'
import { lineAt } from './source.ts'
import { argumentText, assignedName, isMember, nearest } from './text.ts'
import type { Contract, Diagnostic, Primary } from './types.ts'
import { isUntrusted, mayBeNull, regWords, structName } from './words.ts'

/**
 * Explains a rejection, or what kept us from judging; undefined for an accepted program.
 * The notes need the path: a report of `verify` with `trace`.
 */
export function explain(report: Report, program: LinkedProgram, kernel: Kernel): Diagnostic | undefined {
  if (report.verdict === 'accept') return undefined
  if (report.verdict === 'unsupported') return explainUnsupported(report.what, report.insn, program)
  return explainRejection(report.verdict === 'load_error' ? asRejection(report) : report, program, kernel)
}

/** A path that reaches what the loader could not link is told as the rejection it amounts to. */
const asRejection = (report: Report & { readonly verdict: 'load_error' }): Rejected => ({
  ...report,
  verdict: 'reject',
  rule: 'missing',
  details: {},
  path: [],
})

function explainRejection(report: Rejected, program: LinkedProgram, kernel: Kernel): Diagnostic {
  const causes = causesOf(report, program)
  const kfunc = kfuncOf(report, program, kernel)
  const row = codeOfRule(report.rule, causeOf(report, causes, kfunc))
  const values = valuesOf(report, causes, kfunc, program, kernel)
  const label = fillFirst(row.label, values) ?? row.title
  const context = { report, program, kernel, kfunc, causes, values, row }
  return {
    code: row.code,
    title: row.title,
    ruleId: report.rule,
    message: report.message,
    primary: primaryAt(program, report.insn, label),
    notes: causes.notes,
    reason: reasonOf(row, values, causes, label),
    contract: kfunc === undefined ? undefined : contractOf(kfunc, kernel),
    rule: row.rule,
    section: row.section,
    help: fillAll(row.help, values),
    fix: fixFor(context),
  }
}

function explainUnsupported(what: string, insn: number, program: LinkedProgram): Diagnostic {
  const row = unsupportedRow()
  return {
    code: row.code,
    title: row.title,
    ruleId: 'unsupported',
    message: what.startsWith('unsupported') ? what : `unsupported: ${what}`,
    primary: primaryAt(program, insn, 'what stands here we cannot judge yet'),
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
function causeOf(report: Rejected, { value, lost }: Causes, kfunc: Kfunc | undefined): string | undefined {
  if (report.rule.startsWith('return-') && /callback/.test(report.message)) return 'callback'
  if (report.rule === 'return-type') return kfunc === undefined ? undefined : 'kfunc'
  if (value === undefined) return undefined
  if (report.rule === 'release-unreferenced' && value.kind === 'fp') return 'dynptr'
  if (mayBeNull(value)) return 'null'
  if (lost === undefined && kfunc?.flags.has('KF_RELEASE') === true && value.refObjId === 0) return 'release'
  if (lost !== undefined && !mayBeNull(value)) return 'lost'
  if (isUntrusted(value)) return 'untrusted'
  return undefined
}

function reasonOf(row: CodeRow, values: Values, causes: Causes, label: string): string {
  const parts = [label]
  if (values['value'] !== undefined && values['reg'] !== undefined && !label.includes(values['value']))
    parts.push(`${values['reg']} is ${values['value']}`)
  if (causes.lost !== undefined && values['was'] !== undefined) parts.push(`it was ${values['was']} before`)
  return `${parts.join('; ')}. ${row.rule}`
}

function valuesOf(
  report: Rejected,
  causes: Causes,
  kfunc: Kfunc | undefined,
  program: LinkedProgram,
  kernel: Kernel,
): Values {
  const { details } = report
  const called = callee(program, report.insn)
  const argument =
    details.arg ??
    (details.reg !== undefined && called !== undefined && details.reg >= 1 && details.reg <= 5
      ? details.reg - 1
      : undefined)
  const missing = called?.kind === 'missing' ? called.name : undefined
  const acquired = report.rule === 'reference-leak' ? details.at?.at(-1)?.insn : undefined
  const { value } = causes
  const struct = value !== undefined && value.btf !== undefined && value.btfId !== 0 ? structName(value) : undefined
  const partner =
    partnerNames(kfunc) ??
    (acquired === undefined
      ? undefined
      : (releaseOfHelper(callee(program, acquired)?.name) ??
        (struct === undefined ? undefined : releasesOf(struct).join(' or '))))
  const name = kfunc?.name ?? details.kfunc ?? missing
  const family = name === undefined ? undefined : iteratorFamily(name)
  return {
    reg: causes.reg === undefined ? undefined : `R${causes.reg}`,
    value: value === undefined ? undefined : regWords(value, program),
    was: causes.lost === undefined ? undefined : regWords(causes.lost.was, program),
    kfunc: name,
    helper: details.helper ?? (called?.kind === 'helper' ? called.name : undefined),
    callee: called?.name,
    arg: argument === undefined ? undefined : ordinal(argument),
    expr: argument === undefined ? undefined : argumentText(lineAt(program, report.insn)?.text, called?.name, argument),
    partner: partner === '' ? undefined : partner,
    constructor: family?.new,
    destructor: family?.destroy,
    acquirer: acquired === undefined ? undefined : callee(program, acquired)?.name,
    seen: details.seen,
    expected: details.expected,
    struct,
    message: report.message,
    callers: kfunc === undefined ? undefined : callerWords(kfunc).join('; '),
    type: program.type.replace('BPF_PROG_TYPE_', '').toLowerCase(),
    section: program.section,
    sleepableSection: sleepableSection(program.section),
    plainSection: /^[\w.]+\.s(?:\/|$)/.test(program.section) ? program.section.replace('.s', '') : undefined,
    slot: value?.kind === 'fp' ? regWords(value, program).replace(/^.*, /, '') : undefined,
    clobbered: causes.lost !== undefined && causes.reg !== undefined && causes.reg <= 5 ? 'yes' : undefined,
    packet:
      causes.lost !== undefined && (causes.lost.was.kind.startsWith('pkt') || causes.lost.was.dynptr === 'skb')
        ? 'yes'
        : undefined,
    member:
      argument !== undefined && isMember(argumentText(lineAt(program, report.insn)?.text, called?.name, argument))
        ? 'yes'
        : undefined,
    license: program.license,
    reached: missing === undefined ? undefined : 'yes',
    release: releaseCall(acquired, partner, program),
    near:
      name === undefined || (kfunc !== undefined && report.rule !== 'kfunc-not-allowed')
        ? undefined
        : didYouMean(name, program, kernel),
  }
}

/** 'lsm/file_open' → 'lsm.s/file_open': the same hook, sleepable; undefined where the type has no such form. */
function sleepableSection(section: string): string | undefined {
  const [kind = '', ...rest] = section.split('/')
  if (
    ![
      'fentry',
      'fexit',
      'fmod_ret',
      'lsm',
      'iter',
      'uprobe',
      'uretprobe',
      'uprobe.multi',
      'uretprobe.multi',
      'struct_ops',
    ].includes(kind)
  )
    return undefined
  return [`${kind}.s`, ...rest].join('/')
}

const helperReleases: Readonly<Record<string, string>> = {
  bpf_sk_lookup_tcp: 'bpf_sk_release',
  bpf_sk_lookup_udp: 'bpf_sk_release',
  bpf_skc_lookup_tcp: 'bpf_sk_release',
  bpf_ringbuf_reserve: 'bpf_ringbuf_submit or bpf_ringbuf_discard',
  bpf_ringbuf_reserve_dynptr: 'bpf_ringbuf_submit_dynptr or bpf_ringbuf_discard_dynptr',
  bpf_kptr_xchg: 'the release kfunc of its type, or bpf_kptr_xchg into a map',
}
const releaseOfHelper = (name: string | undefined): string | undefined =>
  name === undefined ? undefined : helperReleases[name]

function partnerNames(kfunc: Kfunc | undefined): string | undefined {
  const partner = kfunc === undefined ? undefined : partnerOf(kfunc.name)
  return partner === undefined || partner.names.length === 0 ? undefined : orList(partner.names)
}

/** The release as a statement on the variable that the acquire was assigned to: `bpf_task_release(found);`. */
function releaseCall(
  acquired: number | undefined,
  partner: string | undefined,
  program: LinkedProgram,
): string | undefined {
  const release = partner?.split(/,? /)[0]
  const from = acquired === undefined ? undefined : callee(program, acquired)?.name
  if (release === undefined || !release.startsWith('bpf_') || from === undefined) return undefined
  const variable = assignedName(lineAt(program, acquired!)?.text, from)
  return variable === undefined
    ? undefined
    : `${release}(${variable}${release.startsWith('bpf_ringbuf') ? ', 0' : ''});`
}

/** A kfunc of a name like this one that this very program may call. */
function didYouMean(name: string, program: LinkedProgram, kernel: Kernel): string | undefined {
  const traits = {
    type: program.type,
    attachType: program.attachType,
    sleepable: program.sleepable,
    gpl: true,
    attachName: program.attach?.name,
    attachBtfId: program.attach?.btfId,
    ...(program.structOps === undefined
      ? {}
      : { structOps: { typeName: program.structOps.typeName, member: program.structOps.member } }),
  }
  return nearest(
    name,
    [...kernel.kfuncs.values()]
      .filter((kfunc) => kfunc.name !== name && kernel.kfuncAllowed(kfunc, traits))
      .map((kfunc) => kfunc.name),
  )
}

/** A kfunc's contract in words, for the reader of a rejection. */
export function contractOf(kfunc: Kfunc, kernel: Kernel): Contract {
  const told = describeKfunc(kfunc, { trustedByDefault: kernel.gate('kfunc-trusted-by-default') })
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
