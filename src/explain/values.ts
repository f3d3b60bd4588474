// SPDX-License-Identifier: Apache-2.0
// What the texts of a code are filled in with: names, words and conditions taken from the case at hand.

import {
  acquiresOf,
  callerWords,
  iteratorFamily,
  type Kfunc,
  partnerOf,
  partnerOfKfunc,
  releasesOf,
} from '../kfunc/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { LinkedProgram, MapDef } from '../object/index.ts'
import { type RegState, scalar } from '../verifier/index.ts'
import { callableBy } from './allowed.ts'
import { typesLost } from './types-lost.ts'
import { callee } from './calls.ts'
import { laterValues } from './cases/later.ts'
import { caseValues, plural } from './cases/index.ts'
import { heldAt, isBoundToRcu, isOwnLine, leavesRcu, neutralOf } from './fixes/held.ts'
import { ordinal, orList, type Values, yes } from './fill.ts'
import { handedOnAs, type HandedOn } from './left.ts'
import { renamedWords } from './near.ts'
import type { Causes, Rejected } from './notes.ts'
import { helperPartners, macroName, releaseStatement } from './releases.ts'
import { codeAt } from './source.ts'
import { typeWord } from './stats.ts'
import { argumentText, assigned, assignedName, dereferenced, isMember, isSimple, nearest, sideOf } from './text.ts'
import { isObjectAccess, isOtherType, isThrown, isUnbounded, isUnwritten, saysMore, stackSpanOf } from './violations.ts'
import { expectedInWords, isAllocated, isNull, mayBeNull, regWords, structName } from './words.ts'

/** Everything that a text may ask for. Places that only ask whether something holds have 'yes' or nothing. */
export function valuesOf(
  report: Rejected,
  causes: Causes,
  kfunc: Kfunc | undefined,
  program: LinkedProgram,
  kernel: Kernel,
): Values {
  const { details } = report
  const { value, lost } = causes
  const called = callee(program, report.insn)
  const missing = called?.kind === 'missing' ? called.name : undefined
  const name = kfunc?.name ?? details.kfunc ?? missing
  const family = name === undefined ? undefined : iteratorFamily(name)
  const struct = value !== undefined && value.btf !== undefined && value.btfId !== 0 ? structName(value) : undefined
  const line = codeAt(program, report.insn) ?? ''
  const pointer = pointerNamed(line, causes, { program, insn: report.insn })
  return {
    message: report.message,
    reg: causes.reg === undefined ? undefined : `R${causes.reg}`,
    value: value === undefined ? undefined : regWords(value, program),
    struct,
    kfunc: name,
    helper: details.helper ?? (called?.kind === 'helper' ? called.name : undefined),
    callee: called?.name,
    seen: details.seen,
    expected: details.expected,
    expectedWords: details.expected === undefined ? undefined : expectedInWords(details.expected),
    partner: partnerNames(kfunc),
    constructor: family?.new,
    destructor: family?.destroy,
    callers: kfunc === undefined ? undefined : callerWords(kfunc).join('; '),
    slot: value?.kind === 'fp' ? stackPlace(regWords(value, program)) : undefined,
    reached: yes(missing !== undefined),
    why: details.why,
    perfSizes: yes(
      report.rule === 'loader-map' && isUnsizedPerf(program.maps.find((map) => map.name === details.seen)),
    ),
    near:
      name === undefined || (kfunc !== undefined && report.rule !== 'kfunc-not-allowed')
        ? undefined
        : didYouMean(name, program, kernel),
    renamed: name === undefined || kfunc !== undefined ? undefined : renamedWords(name, kernel),
    ...(name === undefined || kfunc !== undefined ? {} : laterValues(name, kernel)),
    ...argumentValues(report, causes, program),
    ...lossValues(causes, report, program),
    ...(report.rule === 'reference-leak' ? leakValues(report, program, kernel) : {}),
    ...programValues(program, kernel),
    ...conditions(report, causes, program),
    ...accessValues(report, causes),
    closers:
      report.rule === 'section-open'
        ? heldAt({ report, program, kernel, kfunc, causes }, causes.path.length - 1)?.join(' ')
        : undefined,
    ...caseValues({ report, program, kernel, kfunc, causes }),
    leave: leaveWords(neutralOf({ report, program, kernel, kfunc, causes })),
    pointer,
    movedUnchecked: yes(
      report.rule === 'null-arithmetic' || (pointer !== undefined && !new RegExp(`\\b${pointer}\\b`).test(line)),
    ),
    acquirers: struct === undefined ? undefined : orList(acquiresOf(struct)),
    [`rule_${report.rule.replaceAll('-', '_')}`]: 'yes',
    was: lost === undefined ? undefined : regWords(lost.was, program),
  }
}

/** The variable that a line goes through; of several, the one that was assigned where the value was made. */
function pointerNamed(
  text: string,
  { path, origin }: Causes,
  { program, insn }: { readonly program: LinkedProgram; readonly insn: number },
): string | undefined {
  const kind = program.insns[insn]?.op.kind
  // of `e->len = skb->len` it is e that is written
  const only =
    dereferenced(text) ??
    (kind === 'store' || kind === 'load' ? dereferenced(sideOf(text, kind === 'store')) : undefined)
  const at = path[origin]?.insn
  // `n = &v->n` is no less NULL than v is
  const whole = at === undefined ? undefined : assigned(codeAt(program, at))
  if (only !== undefined && whole !== undefined && whole !== only && isMadeOf(program, insn, at!)) return whole
  const made = only !== undefined || at === undefined ? undefined : assigned(codeAt(program, at))
  const isUsed = made !== undefined && new RegExp(`\\b${made}(?:->|\\[)|\\*\\s*\\(?${made}\\b`).test(text)
  return isUsed ? made : only
}

/** Is what a line goes through made of the result of a call in the same function, and not the result itself? */
const isMadeOf = (program: LinkedProgram, at: number, call: number): boolean =>
  callee(program, call)?.kind === 'helper' &&
  isOwnLine(program, call) &&
  isOwnLine(program, at) &&
  (program.insns[at]?.off ?? 0) !== 0

/** `return XDP_PASS;`, `return;` of a function that returns nothing. */
const leaveWords = (value: string | undefined): string => (value === '' ? 'return;' : `return ${value ?? '0'};`)

const stackPlace = (words: string): string => /\(([^)]*)\)$/.exec(words)?.[1] ?? words

/** The argument that the message is about: which it is, how C spells it, its size where it has one. */
const isUnsizedPerf = (map: MapDef | undefined): boolean =>
  map?.type === 'BPF_MAP_TYPE_PERF_EVENT_ARRAY' && (map.keySize === 0 || map.valueSize === 0)

function argumentValues({ details, insn, rule }: Rejected, causes: Causes, program: LinkedProgram): Values {
  const called = callee(program, insn)
  const byReg = details.reg !== undefined && called !== undefined && details.reg >= 1 && details.reg <= 5
  const index = details.arg ?? (byReg ? details.reg! - 1 : undefined)
  if (index === undefined) return {}
  const text = argumentText(codeAt(program, insn), called?.name, index)
  const literal = text !== undefined && /^(?:\([^()]*\)\s*)?(?:NULL|0)$/.test(text)
  const plain = text?.replace(/^\((?:const )?(?:struct |union )?\w+\s*\*+\)\s*(?=[A-Za-z_])/, '')
  const size = rule === 'mem-len' ? causes.sizeValue : undefined
  return {
    arg: ordinal(index),
    expr: literal ? undefined : plain,
    wholeExpr: /^&([A-Za-z_]\w*)->/.exec(plain ?? '')?.[1],
    // of the address of a field it is the pointer to the whole that may be NULL
    checked: literal ? undefined : plain?.replace(/^&([A-Za-z_]\w*)->.*$/, '$1'),
    literal: yes(literal),
    member: yes(isMember(text) || isGlobal(text, causes, program)),
    size: size === undefined ? undefined : regWords(size, program),
    sizeReg: size === undefined ? undefined : `R${index + 2}`,
  }
}

/** A global variable: each mention of it in C is a load of its own. */
function isGlobal(text: string | undefined, { path, origin, value }: Causes, program: LinkedProgram): boolean {
  const from = path[origin]
  const insn = from === undefined ? undefined : program.insns[from.insn]
  const base = insn?.op.kind === 'load' ? from!.regs[insn.src] : undefined
  return (
    value?.kind === 'btf' &&
    text !== undefined &&
    base?.kind === 'map_value' &&
    program.maps[base.map]?.internal !== undefined &&
    program.lines.every(
      (line) => !new RegExp(`(?<![\\w.>])${text.replace(/^\([^()]*\)\s*/, '')}\\s*=(?!=)`).test(line.text),
    )
  )
}

/** What ended the life of a value. */
function lossValues({ lost, reg }: Causes, { path }: Rejected, program: LinkedProgram): Values {
  if (lost === undefined) return {}
  const ender = path[lost.step] === undefined ? undefined : callee(program, path[lost.step]!.insn)?.name
  const variable = ender === undefined ? undefined : argumentText(codeAt(program, path[lost.step]!.insn), ender, 0)
  return {
    clobbered: yes(lost.clobbered && reg !== undefined && reg <= 5),
    ender: lost.clobbered ? undefined : ender,
    gone: lost.was.refObjId !== 0 && variable !== undefined && isSimple(variable) ? variable : undefined,
    packet: yes(lost.was.kind.startsWith('pkt')),
    packetSlice: yes(lost.was.dynptr === 'skb'),
  }
}

/** A reference that nobody gave back: who returned it and what takes it. */
function leakValues({ details, path }: Rejected, program: LinkedProgram, kernel: Kernel): Values {
  const acquired = details.at?.at(-1)?.insn
  if (acquired === undefined) return {}
  const acquirer = callee(program, acquired)?.name
  const after = path.findLastIndex(({ insn }) => insn === acquired) + 1
  const result = after > 0 ? path[after]?.regs[0] : undefined
  const struct = result?.kind === 'btf' && result.btfId !== 0 ? structName(result) : undefined
  const family = acquirer === undefined ? undefined : iteratorFamily(acquirer)
  const partner = acquirer === undefined ? undefined : partnerOfKfunc(kernel.kfuncs.get(acquirer) ?? { name: acquirer })
  const byStruct = struct === undefined || family !== undefined ? [] : releasesOf(struct)
  const ofOwn = acquirer === 'bpf_kptr_xchg' && result !== undefined && isAllocated(result)
  const byPartner = ofOwn ? ['bpf_obj_drop_impl'] : (partner?.names ?? [])
  const releases = partner?.role === 'acquire' || byStruct.length === 0 ? byPartner : byStruct
  const own = orList(releases.map(macroName))
  const helper = acquirer === undefined ? undefined : helperPartners.get(acquirer)
  const handed = handedOnAs(path, program, acquired)
  const release = releaseCall(acquired, releases[0] ?? helper?.[0], program, handed)
  const node = /^bpf_(?:list_pop|rbtree_remove)/.test(acquirer ?? '')
    ? assignedName(codeAt(program, acquired), acquirer!)
    : undefined
  const record = acquirer?.startsWith('bpf_ringbuf_reserve') === true
  return {
    acquirer: acquirer === undefined ? undefined : macroName(acquirer),
    node,
    ringbuf: yes(record && release !== undefined),
    submit: record ? release?.replace('discard', 'submit') : undefined,
    partner: own === '' && helper !== undefined ? orList(helper) : own,
    iterator: yes(family !== undefined),
    sectionLeft: yes(isBoundToRcu(acquired, program, kernel) && leavesRcu(path, after, program, kernel)),
    sockmap: yes(acquirer === 'bpf_map_lookup_elem'),
    mayBeKept: yes(!/^scx_bpf_get_/.test(acquirer ?? '')),
    storable: yes(result?.kind === 'btf' && family === undefined && mayBeKptr(result, kernel)),
    exchanged: yes(acquirer === 'bpf_kptr_xchg'),
    exchangedInto: acquirer === 'bpf_kptr_xchg' ? assignedName(codeAt(program, acquired), acquirer) : undefined,
    held: struct,
    releases: releases.length === 1 ? releases[0] : undefined,
    release,
  }
}

/** May a map own it: what the program allocated, and what the kernel has a destructor for. */
const mayBeKptr = (reg: RegState, { destructors }: Kernel): boolean =>
  isAllocated(reg) || destructors.some(({ btf, struct }) => btf === reg.btf && struct === reg.btfId)

/** What an access takes of what there is. */
function accessValues({ violation, insn }: Rejected, { value, path }: Causes): Values {
  const stack = stackSpanOf(violation)
  const fixed = value !== undefined && scalar.isConst(value.var)
  return {
    // an instruction of a loop may be at another offset each turn
    fixedOffset: yes(fixed && isObjectAccess(violation) && path.filter((step) => step.insn === insn).length < 2),
    indexed: yes(!fixed),
    stackBytes: stack === undefined ? undefined : `${plural(stack.size, 'byte')} at fp${stack.at}`,
    stackAt: stack === undefined ? undefined : `fp${stack.at + stack.index}`,
    stackOver: stack === undefined || stack.at + stack.size <= 0 ? undefined : plural(stack.at + stack.size, 'byte'),
    stackRead: yes(stack?.read),
    stackSpan: yes(stack !== undefined && !stack.read),
  }
}

function programValues(program: LinkedProgram, kernel: Kernel): Values {
  return {
    type: typeWord(program),
    section: program.section,
    license: program.license,
    sleepableSection: sleepableSection(program, kernel),
    plainSection: /^[\w.]+\.s(?:\/|$)/.test(program.section) ? program.section.replace('.s', '') : undefined,
  }
}

/** What a text may depend on without saying it. */
function conditions(report: Rejected, causes: Causes, program: LinkedProgram): Values {
  const { details, insn, path, rule, violation } = report
  const { value, notes, origin } = causes
  const kind = program.insns[insn]?.op.kind
  const from = path[origin]
  const origins = from === undefined ? undefined : program.insns[from.insn]
  const fromContext = origins?.op.kind === 'load' && from!.regs[origins.src]?.kind === 'ctx'
  return {
    inner: saysMore(violation) ? details.seen : undefined,
    sized: yes(rule === 'mem-len' || rule.startsWith('size-')),
    other: yes(isOtherType(violation)),
    unbounded: yes(isUnbounded(violation)),
    unwritten: yes(isUnwritten(violation)),
    decisions: yes(notes.some((note) => note.kind === 'branch')),
    thrown: yes(isThrown(violation)),
    unentered: yes(rule === 'throw-in-loop'),
    unacquired: yes(violation?.id === 'release-unreferenced' && violation.params.form === 'dynptr'),
    maybeNull: yes(value !== undefined && mayBeNull(value)),
    record: yes(/^ringbuf_mem$/.test(details.expected ?? '')),
    notTypesLost: yes(typesLost(report, program).length === 0),
    stringOnStack: yes(value?.kind === 'fp'),
    snprintf: yes(callee(program, insn)?.name === 'bpf_snprintf'),
    percpu: yes(/percpu/.test(details.expected ?? '')),
    number: yes(value?.kind === 'scalar'),
    null: yes(value !== undefined && isNull(value)),
    write: yes(kind === 'store' || kind === 'atomic'),
    past: yes(violation?.id === 'btf-access' && violation.params.beyond),
    moved: yes(details.seen !== undefined && details.seen === details.expected),
    init: yes(/___init$/.test(details.seen ?? '') || /___init$/.test(details.expected ?? '')),
    fentry: yes(fromContext && /^f(?:entry|exit|mod_ret)/.test(program.section)),
    rcuLeft: yes(
      notes.some(({ kind, insn }) => kind === 'update' && callee(program, insn)?.name === 'bpf_rcu_read_unlock'),
    ),
  }
}

/** 'lsm/file_open' → 'lsm.s/file_open': the same hook, sleepable; undefined where the type has no such form, or this hook must not sleep. */
function sleepableSection({ section, type }: LinkedProgram, kernel: Kernel): string | undefined {
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
  const name = rest.join('/')
  if (
    ['fentry', 'fexit', 'fmod_ret', 'lsm'].includes(kind) &&
    !kernel.sleepableAt(type, kind === 'lsm' ? `bpf_lsm_${name}` : name)
  )
    return undefined
  return [`${kind}.s`, ...rest].join('/')
}

function partnerNames(kfunc: Kfunc | undefined): string | undefined {
  const partner = kfunc === undefined ? undefined : partnerOfKfunc(kfunc)
  return partner === undefined || partner.names.length === 0 ? undefined : orList(partner.names.map(macroName))
}

/** The release as a statement on the variable that the acquire was assigned to: `bpf_task_release(found);`. */
function releaseCall(
  acquired: number,
  release: string | undefined,
  program: LinkedProgram,
  handed: HandedOn | undefined,
): string | undefined {
  const from = callee(program, acquired)?.name
  // What gives a reference for the one it takes is no way to be rid of it.
  if (release === undefined || from === undefined || partnerOf(release)?.role === 'acquire') return undefined
  if (handed !== undefined) return handed.name === undefined ? undefined : releaseStatement(release, handed.name)
  const line = codeAt(program, acquired)
  const stackObject = iteratorFamily(from) !== undefined ? argumentText(line, from, 0) : undefined
  const variable = stackObject ?? assignedName(line, from) ?? (release.endsWith('_impl') ? assigned(line) : undefined)
  return variable === undefined ? undefined : releaseStatement(release, variable)
}

/** A kfunc of a name like this one that this very program may call. */
function didYouMean(name: string, program: LinkedProgram, kernel: Kernel): string | undefined {
  const isCallable = callableBy(program, kernel)
  const others = [...kernel.kfuncs.values()].filter((kfunc) => kfunc.name !== name && isCallable(kfunc))
  return nearest(
    name,
    others.map((kfunc) => kfunc.name),
  )
}
