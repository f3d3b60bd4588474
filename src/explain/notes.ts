// SPDX-License-Identifier: Apache-2.0
// The causal path of a rejection: which steps on the way to it a reader has to know of, oldest first.

import type { Kernel } from '../kernel/index.ts'
import { iteratorFamily, type SectionKind } from '../kfunc/index.ts'
import type { LinkedProgram } from '../object/index.ts'
import type { PathStep, Report, RegState, Violation } from '../verifier/index.ts'
import { callee, contractAt } from './calls.ts'
import { type Event, type History, historyOf } from './history.ts'
import { type Decided, decidedAt } from './place.ts'
import { sourceAt } from './source.ts'
import type { Note } from './types.ts'
import { differs, isNull, mayBeNull, regWords } from './words.ts'

/** A rejection; without a violation, what the loader could not link and a path reaches. */
export type Rejected = Omit<Extract<Report, { verdict: 'reject' }>, 'violation'> & {
  readonly violation: Violation | undefined
}

export interface Causes {
  /** The path up to where the kernel stopped; what a check after it appended is not in it. */
  readonly path: readonly PathStep[]
  readonly notes: readonly Note[]
  /** Register that the message is about, and its value where the program was stopped. */
  readonly reg: number | undefined
  readonly value: RegState | undefined
  /** The value was a pointer once, and a step took it away. */
  readonly lost: History['lost']
  /** Step where the value was made. */
  readonly origin: number
  /** Value of the register after it: for memory, its size. */
  readonly sizeValue: RegState | undefined
  /** Where it was decided, which is what is shown. */
  readonly decided: Decided
}

/** Of more places that the message is about, the nearest ones are told. */
const MOST_PLACES = 16
/** Changes by one instruction that are told. */
const MOST_UPDATES = 3
/** More decisions than this since a value was made are told by the nearest ones. */
const MOST_BRANCHES = 16

export function causesOf(report: Rejected, program: LinkedProgram, kernel: Kernel): Causes {
  const path = pathToRejection(report)
  const reg = registerOf(report, program)
  const events: Event[] = []
  let lost: History['lost']
  let origin = path.length - 1
  for (const number of tracked(report, reg, path, program)) {
    const history = historyOf(path, number, program)
    events.push(...history.events)
    lost ??= history.lost
    if (history.events.length > 0) origin = Math.min(origin, history.origin)
  }
  for (const { label, insn } of report.details.at?.slice(-MOST_PLACES) ?? []) {
    const step = lastStepOf(path, insn)
    if (step < 0 && path.length > 0) continue
    origin = Math.min(origin, Math.max(step, 0))
    const acquired = report.rule === 'reference-leak'
    const name = callee(program, insn)?.name
    events.push({
      step,
      kind: acquired ? 'acquired' : 'context',
      label:
        acquired && name !== undefined
          ? iteratorFamily(name) === undefined
            ? `${name} returns a reference here`
            : `${name} makes an iterator here`
          : label,
    })
  }
  const sections = sectionsOf(report, path, program, kernel)
  events.push(...sections)
  for (const { step } of sections) origin = Math.min(origin, step)
  if (isAboutStackObject(report)) {
    const uses = stackObjectUses(path, program, reg)
    events.push(...uses)
  }
  // what was never written has no beginning: any decision since the program's own may be the one that left it out
  if (report.rule === 'uninitialized' && lost === undefined) events.push(...branches(path, 0, program))
  else if (events.length > 0 && tellsBranches(report)) events.push(...branches(path, origin, program))
  // A zero written down may be what the compiler made of a branch on which a pointer is NULL.
  const value = reg === undefined ? undefined : path.at(-1)?.regs[reg]
  if (value !== undefined && isNull(value) && lost === undefined)
    events.push(
      ...branches(path, 0, program)
        .filter(({ label }) => / is NULL /.test(label))
        .slice(-2),
    )
  return {
    path,
    notes: toNotes(events, path, report, program),
    reg,
    value,
    lost,
    origin,
    sizeValue: reg === undefined ? undefined : path.at(-1)?.regs[reg + 1],
    decided: decidedAt(report, path, program),
  }
}

/** The path up to the insn where the kernel stopped; what a check after it appended is dropped. */
function pathToRejection({ path, insn }: Rejected): readonly PathStep[] {
  let end = path.length - 1
  while (end >= 0 && path[end]!.insn !== insn) end--
  return end < 0 ? path : path.slice(0, end + 1)
}

/** The register of the message; where the rule did not say, the pointer that the insn goes through. */
function registerOf({ details, insn }: Rejected, program: LinkedProgram): number | undefined {
  if (details.reg !== undefined) return details.reg
  if (details.arg !== undefined) return details.arg + 1
  const at = program.insns[insn]
  if (at === undefined) return undefined
  if (at.op.kind === 'load') return at.src
  if (at.op.kind === 'store' || at.op.kind === 'atomic' || at.op.kind === 'alu') return at.dst
  return undefined
}

/** Registers whose history tells the story: a memory argument comes with its length, a sum with both its parts. */
function tracked(
  report: Rejected,
  reg: number | undefined,
  path: readonly PathStep[],
  program: LinkedProgram,
): readonly number[] {
  if (reg === undefined) return []
  const numbers = [reg]
  if (report.rule === 'mem-len' && reg < 5) numbers.push(reg + 1)
  if (report.rule.startsWith('size-') && reg > 1) numbers.push(reg - 1)
  const at = program.insns[report.insn]
  if (at?.op.kind === 'alu' && at.op.source === 'reg' && at.src !== reg) numbers.push(at.src)
  return path.length === 0 ? [] : numbers
}

const lastStepOf = (path: readonly PathStep[], insn: number): number => {
  for (let i = path.length - 1; i >= 0; i--) if (path[i]!.insn === insn) return i
  return -1
}

/** What a section is called, by its kind. */
const regionOf: Readonly<Record<SectionKind, string>> = {
  rcu: 'RCU read',
  preempt: 'preempt-disabled',
  irq: 'IRQ-disabled',
  lock: 'lock',
  res_lock: 'lock',
  res_lock_irq: 'lock',
}

const regionRules: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^section-open$/, ['RCU read', 'preempt-disabled', 'lock', 'IRQ-disabled']],
  [/^(lock|unlock)-|-lock$/, ['lock']],
  [/rcu/, ['RCU read', 'lock']],
  [/preempt/, ['preempt-disabled']],
  [/^irq-/, ['IRQ-disabled', 'lock']],
  [/sleep/, ['RCU read', 'preempt-disabled', 'lock', 'IRQ-disabled']],
]

/** Where the section that the message speaks of was entered and left. */
function sectionsOf(report: Rejected, path: readonly PathStep[], program: LinkedProgram, kernel: Kernel): Event[] {
  const regions = regionRules.find(([rule]) => rule.test(report.rule))?.[1]
  if (regions === undefined) return []
  const events: Event[] = []
  const depth = new Map<string, number>()
  for (let i = 0; i < path.length - 1; i++) {
    const { opens, closes } = contractAt(program, kernel, path[i]!.insn)?.effects ?? {}
    const section = opens ?? closes
    const region = section === undefined ? undefined : regionOf[section]
    if (region === undefined || !regions.includes(region)) continue
    const now = Math.max(0, (depth.get(region) ?? 0) + (opens === undefined ? -1 : 1))
    depth.set(region, now)
    const nested = now > 1 ? `, now ${now} deep` : ''
    events.push({
      step: i,
      kind: 'context',
      label:
        opens !== undefined
          ? `the ${region} section is entered${nested}`
          : `the ${region} section is left${now > 0 ? `, still ${now} deep` : ''}`,
    })
  }
  return events.slice(-12)
}

const isAboutStackObject = ({ rule }: Rejected): boolean => /^(iter|dynptr)-|^stack-(special|uninit)$/.test(rule)

/** What earlier calls and stores did to the stack that the register points to. */
function stackObjectUses(path: readonly PathStep[], program: LinkedProgram, reg: number | undefined): Event[] {
  const end = path.at(-1)
  const target = reg === undefined ? undefined : end?.regs[reg]
  if (target === undefined || target.kind !== 'fp') return []
  const events: Event[] = []
  for (let i = 0; i < path.length - 1; i++) {
    const step = path[i]!
    const insn = program.insns[step.insn]!
    if (insn.op.kind === 'call') {
      const call = callee(program, step.insn)
      if (call === undefined || call.kind === 'subprog') continue
      for (let r = 1; r <= 5; r++) {
        const arg = step.regs[r]!
        if (arg.kind === 'fp' && arg.frame === target.frame && arg.off === target.off) {
          events.push({
            step: i,
            kind: 'object',
            label: stackObjectWords(call.name, target.off),
          })
        }
      }
    } else if (insn.op.kind === 'store') {
      const base = step.regs[insn.dst]!
      const at = base.off + insn.off
      if (base.kind === 'fp' && base.frame === target.frame && at >= target.off && at < target.off + 16) {
        events.push({ step: i, kind: 'object', label: `the program writes to the stack at fp${at} itself` })
      }
    }
  }
  return events.slice(-8)
}

function stackObjectWords(name: string, at: number): string {
  const method = iteratorFamily(name)?.method
  if (method === 'new') return `${name} makes the iterator at fp${at}`
  if (method === 'next') return `${name} advances the iterator at fp${at}`
  if (method === 'destroy') return `${name} destroys the iterator at fp${at}`
  return `${name} works on the same stack object, fp${at}`
}

/** Decisions say nothing of a register that was never written, or of what the program may not call at all. */
const tellsBranches = ({ rule }: Rejected): boolean => !/not-allowed|missing|gpl/.test(rule)

function branches(path: readonly PathStep[], origin: number, program: LinkedProgram): Event[] {
  const found: Event[] = []
  for (let i = Math.max(origin, 0); i < path.length - 1; i++) {
    const step = path[i]!
    const insn = program.insns[step.insn]!
    if (insn.op.kind !== 'jump') continue
    const next = path[i + 1]!
    const taken = next.insn === step.insn + insn.off + 1 && insn.off !== 0
    found.push({ step: i, kind: 'branch', label: branchLabel(step, next, { taken }, program) })
  }
  return found.slice(-MOST_BRANCHES)
}

/** What the decision tells of the value compared; a jump in the code may be the C condition or its opposite. */
function branchLabel(
  step: PathStep,
  next: PathStep,
  { taken }: { readonly taken: boolean },
  program: LinkedProgram,
): string {
  const insn = program.insns[step.insn]!
  const way = taken ? 'jump taken' : 'jump not taken'
  if (step.frame === next.frame) {
    for (const number of insn.op.source === 'reg' ? [insn.dst, insn.src] : [insn.dst]) {
      const [before, after] = [step.regs[number]!, next.regs[number]!]
      if (!differs(before, after)) continue
      if (mayBeNull(before) && after.kind === 'scalar') return `on this path R${number} is NULL (${way})`
      if (mayBeNull(before) && !mayBeNull(after))
        return `on this path R${number} is not NULL: ${regWords(after, program)} (${way})`
      return `on this path R${number} is ${regWords(after, program)} (${way})`
    }
  }
  return `on this path the ${taken ? 'jump is taken' : 'jump is not taken'}`
}

/** Events in the order they happened, one an insn and sentence, with their source. */
function toNotes(
  events: readonly Event[],
  path: readonly PathStep[],
  report: Rejected,
  program: LinkedProgram,
): readonly Note[] {
  const seen = new Set<string>()
  const updates = new Map<number, number>()
  const notes: Note[] = []
  const sorted = [...events].sort((a, b) => a.step - b.step)
  for (let i = sorted.length - 1; i >= 0; i--) {
    const { step, kind, label } = sorted[i]!
    const insn = step < 0 ? (report.details.at?.[0]?.insn ?? report.insn) : path[step]!.insn
    const key = `${insn} ${kind === 'branch' || kind === 'acquired' ? kind : label}`
    if (seen.has(key)) continue
    seen.add(key)
    // what a loop does each turn is told of the last ones
    const told = kind === 'update' ? (updates.get(insn) ?? 0) + 1 : 0
    if (told > MOST_UPDATES) continue
    updates.set(insn, told)
    notes.push({ kind, label, insn, source: sourceAt(program, insn) })
  }
  return joinResults(notes.reverse())
}

/** 'f returns X' and, on the same line, 'R6 becomes X': one thing that happened. */
function joinResults(notes: readonly Note[]): readonly Note[] {
  const joined: Note[] = []
  for (const note of notes) {
    const last = joined.at(-1)
    const became = note.kind === 'update' ? /^(R\d+) becomes (.*)$/.exec(note.label) : null
    if (
      last !== undefined &&
      became !== null &&
      last.source?.line === note.source?.line &&
      last.source?.file === note.source?.file &&
      last.label.endsWith(` returns ${became[2]}`)
    )
      joined[joined.length - 1] = { ...last, label: `${last.label}; kept in ${became[1]}` }
    else joined.push(note)
  }
  return joined
}
