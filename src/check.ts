// SPDX-License-Identifier: Apache-2.0
// The main job in one call: bytes of an object and a kernel in, a verdict with its explanation for every program out.
import { deprecationWarnings, explain, explainFault, explainLimit, type Outcome } from './explain/index.ts'
import {
  argumentKinds,
  Budget,
  type Fault,
  formatFault,
  LimitReached,
  type Limits,
  ok,
  type Result,
  withJson,
  wrongArgument,
} from './fault/index.ts'
import type { Kernel } from './kernel/index.ts'
import { type BpfObject, type LinkedProgram, linkProgram, type ObjectProgram, openObject } from './object/index.ts'
import type { ProgTypeName, ProgTypeWord } from './uapi/index.ts'
import { type Report, verify } from './verifier/index.ts'

export interface CheckOptions extends Limits {
  /** Milliseconds for all of the object's programs together: those left then are not judged. */
  readonly totalMs?: number
  /** What the object is called in messages; its maps of global data are named after it. */
  readonly name?: string
  /** Only the program of this name. */
  readonly program?: string
  /** Program type for sections that libbpf does not know: 'xdp', 'BPF_PROG_TYPE_XDP'. Those that it knows keep theirs. */
  readonly type?: ProgTypeName | ProgTypeWord
  /** Load flags besides what the object asks for: BPF_F_STRICT_ALIGNMENT (1) and the like. */
  readonly flags?: number
  /** Write the kernel-format log (slower). */
  readonly log?: boolean
  /** Read SEC("maps") of structs, as aya makes them. */
  readonly legacyMaps?: boolean
}

/** One program's verdict. `fault`: what the loader would not take, for a `load_error`. `linked`: the program as the kernel would get it. */
export interface Checked extends Outcome {
  readonly fault?: Fault
  readonly linked?: LinkedProgram
}

/**
 * Judges every program of an object as the kernel's verifier would, each alone. A `Fault` where the object cannot be read. What comes
 * back can be given to JSON.stringify.
 */
export function check(bytes: Uint8Array, kernel: Kernel, options: CheckOptions = {}): Result<Checked[]> {
  const wrong =
    wrongArgument('the first argument of check()', bytes, argumentKinds.bytes) ??
    wrongArgument('the second argument of check()', kernel, argumentKinds.kernel)
  if (wrong !== undefined) return { ok: false, fault: wrong }
  const opened = openForCheck(bytes, options)
  if (!opened.ok) return opened
  const { totalMs } = options
  const end = totalMs === undefined ? undefined : { at: performance.now() + totalMs, totalMs }
  return ok(opened.value.programs.map((program) => checkProgram(opened.value.object, program, kernel, options, end)))
}

/** The object, and the programs of it that are asked for. */
export function openForCheck(
  bytes: Uint8Array,
  { name = 'object', program, legacyMaps = false }: CheckOptions,
): Result<{ readonly object: BpfObject; readonly programs: readonly ObjectProgram[] }> {
  const object = openObject(bytes, name, { legacyMaps })
  if (!object.ok) return object
  const { programs } = object.value
  if (program === undefined) return ok({ object: object.value, programs })
  const found = programs.filter((one) => one.name === program)
  if (found.length > 0) return ok({ object: object.value, programs: found })
  const fault: Fault = {
    kind: 'fault',
    what: `no program ${program} in this object`,
    place: { object: name },
    hint: programs.length === 0 ? 'it has none' : `it has ${namesOf(programs)}`,
  }
  return { ok: false, fault }
}

/** Names for a hint: a reader does not look through a hundred. */
function namesOf(programs: readonly ObjectProgram[]): string {
  const most = 12
  const names = programs.slice(0, most).map((one) => one.name)
  return `${names.join(', ')}${programs.length > most ? ` and ${programs.length - most} more` : ''}`
}

/** Instructions of a walk that keeps its path from the start: most rejections come sooner, and need no second walk to be explained. */
const TRACED = 20_000
/** Beyond so many, a walk is not gone over again for its explanation's sake. */
const MOST_RETRACED = 250_000

/**
 * Links, verifies and explains one program of an object that was opened. `end`: when the object it is in must be done. Throws a
 * TypeError where an argument is of another kind.
 */
export function checkProgram(
  object: BpfObject,
  program: ObjectProgram,
  kernel: Kernel,
  options: CheckOptions = {},
  end?: { readonly at: number; readonly totalMs: number },
): Checked {
  const wrong =
    wrongArgument('the first argument of checkProgram()', object, argumentKinds.object) ??
    wrongArgument('the second argument of checkProgram()', program, argumentKinds.program) ??
    wrongArgument('the third argument of checkProgram()', kernel, argumentKinds.kernel)
  if (wrong !== undefined) throw new TypeError(formatFault(wrong))
  const start = performance.now()
  const { name, section, type } = program
  const common = { object: object.name, program: name, section, type, kfuncs: [], warnings: object.warnings }
  const budget = new Budget({ ...options, ...(end === undefined ? {} : { end }) })
  const timed = (outcome: Checked): Checked =>
    inJson({ ...outcome, timeUs: Math.round((performance.now() - start) * 1000) })
  try {
    budget.spend(Number.POSITIVE_INFINITY)
    const linked = linkProgram(object, program, kernel, typeOption(program, options.type))
    if (linked.ok) return timed(judge(linked.value, kernel, options, budget))
    const { fault } = linked
    const diagnostic = explainFault(fault, object, program, kernel)
    return timed({ ...common, verdict: 'load_error', message: fault.what, fault, diagnostic })
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error
    const { limit } = error
    return timed({ ...common, verdict: 'unsupported', limit, diagnostic: explainLimit(limit) })
  }
}

function inJson(checked: Checked): Checked {
  if (checked.report !== undefined) withJson(checked.report, reportView)
  if (checked.linked !== undefined) withJson(checked.linked)
  return withJson(checked)
}

/** Of the path, where it went: the registers at each step are more than most programs are worth in text. */
const reportView = (report: Report): object =>
  report.verdict === 'reject'
    ? { ...report, path: report.path.map(({ insn, frame }) => ({ insn, frame })) }
    : { ...report }

function judge(result: LinkedProgram, kernel: Kernel, options: CheckOptions, budget: Budget): Checked {
  const { flags = 0 } = options
  const linked = flags === 0 ? result : { ...result, flags: result.flags | flags }
  const report = explicable(linked, kernel, options, budget)
  const kfuncs = new Set([...linked.refs.values()].flatMap((ref) => (ref.kind === 'kfunc' ? [ref.name] : [])))
  const warnings = [...new Set([...linked.warnings, ...report.warnings, ...deprecationWarnings(linked, kernel)])]
  return {
    object: linked.object,
    program: linked.name,
    section: linked.section,
    // The linker knows no others.
    type: linked.type as ProgTypeName,
    verdict: report.verdict,
    report,
    message: report.verdict === 'load_error' ? report.message : undefined,
    diagnostic: report.verdict === 'accept' ? undefined : explain(report, linked, kernel),
    limit: report.verdict === 'unsupported' ? report.limit : undefined,
    kfuncs: [...kfuncs],
    warnings,
    linked,
  }
}

/** The report, with the path to a rejection where it can be had without paying much more than the verdict did. */
function explicable(linked: LinkedProgram, kernel: Kernel, { log = false }: CheckOptions, budget: Budget): Report {
  const first = verify(linked, kernel, { log, budget, trace: TRACED })
  const { insnsProcessed } = first
  if (first.verdict !== 'reject' || insnsProcessed <= TRACED || insnsProcessed > MOST_RETRACED) return first
  const second = verify(linked, kernel, { log, budget, trace: true })
  return second.verdict === 'reject' ? second : first
}

/** A section's name says more than a type: where to attach, whether to sleep. So a type is for sections that say nothing. */
const typeOption = (program: ObjectProgram, type: string | undefined): { readonly type?: string } =>
  type === undefined || program.type !== undefined ? {} : { type: fullType(type) }

/** 'xdp' → 'BPF_PROG_TYPE_XDP' */
export const fullType = (type: string): string =>
  type.startsWith('BPF_PROG_TYPE_') ? type : `BPF_PROG_TYPE_${type.toUpperCase()}`
