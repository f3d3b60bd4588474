// SPDX-License-Identifier: Apache-2.0
// check --expect: each program's verdict beside what its own tags expect (bpf_misc.h of the kernel's selftests).
import { runInNewContext } from 'node:vm'
import { type CheckOptions, checkProgram } from '../check.ts'
import { type Expected, type Outcome, renderLog } from '../explain/index.ts'
import type { TotalBudget } from '../fault/index.ts'
import type { Insn } from '../isa/index.ts'
import type { Kernel } from '../kernel/index.ts'
import {
  type BpfObject,
  type Expectation,
  expectationOf,
  type LinkedProgram,
  type LogPattern,
  type ObjectProgram,
} from '../object/index.ts'

/** The kernels that we know are those of this machine, by the name that __arch_* has for it. */
const MACHINE = 'X86_64'

export interface Judging {
  readonly object: BpfObject
  readonly program: ObjectProgram
  readonly kernel: Kernel
  readonly options: CheckOptions
  readonly total: TotalBudget
}

/** Judges one program with what its tags ask of its load, and says whether it came out as they expect. */
export function checkExpected({ object, program, kernel, options, total }: Judging): Outcome {
  const expectation = expectationOf(object, program)
  const { flags, logLevel, patterns } = expectation
  const wanted = logLevel & 2 ? 2 : 1
  const log = options.log || (patterns.length > 0 && wanted)
  const outcome = checkProgram(object, program, kernel, { ...options, log, flags: (options.flags ?? 0) | flags }, total)
  const expected = compare(
    withoutUnsaid(expectation, () => outcome.linked),
    outcome,
    object.name,
  )
  // the log was for the patterns alone
  if (options.log || outcome.report === undefined) return { ...outcome, expected }
  return { ...outcome, report: { ...outcome.report, log: [] }, expected }
}

function compare(expectation: Expectation, outcome: Outcome, object: string): Expected {
  const { verdict, patterns, ignored } = expectation
  const common = { verdict: verdict ?? null, ignored }
  const skip = whySkipped(expectation, object)
  if (skip !== undefined) return { ...common, met: null, why: skip }
  const is = outcome.verdict === 'accept' ? 'accept' : outcome.verdict === 'unsupported' ? 'unsupported' : 'reject'
  if (is === 'unsupported') return { ...common, met: false, why: 'it could not be judged' }
  if (is !== verdict) return { ...common, met: false, why: is === 'accept' ? 'it is accepted' : 'it is not accepted' }
  const missing = firstAmiss(patterns, logOf(expectation, outcome))
  if (missing === undefined) return { ...common, met: true, why: '' }
  return { ...common, met: false, why: missing }
}

/** What our log does not have, so that nothing can be said of a text in it, or of those around it. */
const unsaid: readonly {
  readonly what: string
  readonly is: (text: string, program: () => LinkedProgram | undefined) => boolean
}[] = [
  {
    what: 'what the log says of precision',
    is: (text) =>
      /mark_precise|last_idx|first_idx|propagating r|frame ?\d+: (?:regs|propagating)|regs=\S* stack=/.test(text),
  },
  {
    what: 'the stack depth of a program that the kernel rewrites',
    is: (text, program) => /stack depth/.test(text) && program()?.insns.some(growsStack) === true,
  },
]

const BPF_LOOP = 181
/** bpf_loop() is inlined, may_goto counts: either on the stack, once the program is accepted. */
const growsStack = ({ op, imm, src }: Insn): boolean =>
  op.kind === 'may_goto' || (op.kind === 'call' && src === 0 && imm === BPF_LOOP)

function withoutUnsaid(expectation: Expectation, program: () => LinkedProgram | undefined): Expectation {
  const { patterns, ignored } = expectation
  const found = unsaid.filter(({ is }) => patterns.some(({ text }) => is(text, program)))
  if (found.length === 0) return expectation
  return {
    ...expectation,
    patterns: [],
    ignored: [...ignored, ...found.map(({ what }) => `__msg: ${what}`)],
  }
}

function whySkipped({ verdict, machines, btfPath, auxiliary }: Expectation, object: string): string | undefined {
  if (auxiliary) return 'it supports other programs (__auxiliary)'
  if (verdict === undefined) return 'only an unprivileged load is tested'
  if (machines.length > 0 && !machines.includes(MACHINE)) return `it is meant for ${machines.join(', ')}`
  return btfPath === undefined ? undefined : `its types are those of ${btfPath} beside ${object} (__btf_path)`
}

/** What would stand in the buffer: the verifier's log, with statistics at level 4; of what the loader refuses, its words. */
function logOf({ logLevel }: Expectation, { report, diagnostic, message }: Outcome): string {
  const said = diagnostic?.message ?? message ?? ''
  if (report === undefined) return said
  const stats = logLevel & 4 ? `stack depth ${(report.stackDepths ?? []).join('+')}\n` : ''
  const log = renderLog(report)
  const footer = log.lastIndexOf('processed ')
  return `${log.slice(0, footer)}${report.verdict === 'load_error' ? `${said}\n` : ''}${stats}${log.slice(footer)}`
}

/** Each pattern is looked for after the one before. What must be absent is so between its neighbours. */
function firstAmiss(patterns: readonly LogPattern[], log: string): string | undefined {
  let from = 0
  let forbidden: { readonly pattern: LogPattern; readonly from: number }[] = []
  const found = (to: number): LogPattern | undefined =>
    forbidden.find((one) => search(one.pattern, log.slice(one.from, to)) !== undefined)?.pattern
  for (const pattern of patterns) {
    if (pattern.absent) {
      forbidden.push({ pattern, from })
      continue
    }
    const at = search(pattern, log.slice(from))
    if (at === undefined) return `the log does not say ${JSON.stringify(pattern.text)}`
    const bad = found(from + at.start)
    if (bad !== undefined) return `the log says ${JSON.stringify(bad.text)}`
    forbidden = []
    from += at.end
  }
  const bad = found(log.length)
  return bad === undefined ? undefined : `the log says ${JSON.stringify(bad.text)}`
}

/** Milliseconds for one pattern: a stranger's may be one that never ends. */
const PATIENCE = 2000

function search({ pieces }: LogPattern, log: string): { readonly start: number; readonly end: number } | undefined {
  if (pieces.every(({ regex }) => !regex)) {
    const text = pieces.map((piece) => piece.text).join('')
    const start = log.indexOf(text)
    return start < 0 ? undefined : { start, end: start + text.length }
  }
  try {
    const pattern = new RegExp(pieces.map(({ regex, text }) => (regex ? fromPosix(text) : literal(text))).join(''), 'm')
    const found = runInNewContext(
      'pattern.exec(log)',
      { pattern, log },
      { timeout: PATIENCE },
    ) as RegExpExecArray | null
    return found === null ? undefined : { start: found.index, end: found.index + found[0].length }
  } catch {
    return undefined
  }
}

const literal = (text: string): string => text.replaceAll(/[.[\]\\()*+?{}|^$/-]/g, '\\$&')

const classes: ReadonlyMap<string, string> = new Map([
  ['alpha', 'A-Za-z'],
  ['digit', '0-9'],
  ['alnum', 'A-Za-z0-9'],
  ['xdigit', '0-9A-Fa-f'],
  ['space', '\\s'],
  ['blank', ' \\t'],
  ['upper', 'A-Z'],
  ['lower', 'a-z'],
])

/** An extended regular expression of POSIX as JavaScript reads it: classes have names, a set's negation holds no newline. */
const fromPosix = (text: string): string =>
  text.replaceAll(/\[:(\w+):\]/g, (all, name: string) => classes.get(name) ?? all).replaceAll(/\[\^/g, '[^\\n')
