// SPDX-License-Identifier: Apache-2.0
// The main job in one call: bytes of an object and a kernel in, a verdict with its explanation for every program out.
import {
  deprecationWarnings,
  explain,
  explainFault,
  explainLimit,
  type Outcome,
  type OutcomeReport,
} from './explain/index.ts'
import {
  argumentKinds,
  Budget,
  fail,
  type Fault,
  formatFault,
  LimitReached,
  type Limits,
  ok,
  type Result,
  TotalBudget,
  type TotalLimits,
  withJson,
  wrongArgument,
} from './fault/index.ts'
import type { Kernel } from './kernel/index.ts'
import {
  type BpfObject,
  type LinkedProgram,
  linkProgram,
  type LoaderName,
  type ObjectProgram,
  openObject,
  type Settings,
  type SourceReader,
  type Unknown,
  withSettings,
} from './object/index.ts'
import { progFlags, type ProgTypeName, type ProgTypeWord } from './uapi/index.ts'
import { targetFor, type TargetObject } from './target.ts'
import { type Report, verify } from './verifier/index.ts'

export interface CheckOptions extends Limits, TotalLimits, Settings {
  /** What the object is called in messages; its maps of global data are named after it. */
  readonly name?: string
  /** Only the program of this name. */
  readonly program?: string
  /** Program type for sections that libbpf does not know: 'xdp', 'BPF_PROG_TYPE_XDP'. Those that it knows keep theirs. */
  readonly type?: ProgTypeName | ProgTypeWord
  /** Load flags besides what the object asks for: BPF_F_STRICT_ALIGNMENT (1) and the like. */
  readonly flags?: number
  /** Write the kernel-format log (slower): 1 or true what the kernel writes at level 1, 2 registers after every instruction. */
  readonly log?: boolean | 1 | 2
  /** CPUs that the machine can have: bpf_get_smp_processor_id() answers less. 8192 unless told. */
  readonly cpus?: number
  /** Tell what holds at each instruction of accepted programs, in `report.facts` (docs/facts.md; they are walked twice). */
  readonly facts?: boolean
  /** Who loads the object: 'libbpf' unless told, or 'ebpf-go' (github.com/cilium/ebpf), which takes static programs and other sections. */
  readonly loader?: LoaderName | undefined
  /** The object with the program of which freplace programs replace functions, as bpf_program__set_attach_target() is given it. */
  readonly target?: TargetObject | undefined
  /** Read SEC("maps") of structs, as aya makes them. */
  readonly legacyMaps?: boolean | undefined
  /**
   * The C that the object was compiled from, by paths as its line records have them, for explanations that read it: `source()` of what
   * `loadC()` gives. Text whose lines are not those of the records is passed over.
   */
  readonly sources?: SourceReader | undefined
}

/** One program's verdict. Of the program itself nothing is kept: objects have hundreds. */
export interface Checked extends Outcome {
  /** What the loader would not take, for a `load_error`. */
  readonly fault?: Fault
  /** The program as the kernel would get it: linked once more where it is asked for. */
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
  const missing = opened.value.unknown[0]
  if (missing !== undefined) return fail(`no ${missing.kind} ${missing.name}`, { object: options.name ?? 'object' })
  const total = new TotalBudget(options)
  return ok(opened.value.programs.map((program) => checkProgram(opened.value.object, program, kernel, options, total)))
}

export interface OpenedForCheck {
  readonly object: BpfObject
  readonly programs: readonly ObjectProgram[]
  /** Of `globals` and `attach`, what the object does not have. */
  readonly unknown: readonly Unknown[]
}

/** The object, and the programs of it that are asked for. */
export function openForCheck(
  bytes: Uint8Array,
  { name = 'object', program, loader, legacyMaps, ...settings }: CheckOptions,
): Result<OpenedForCheck> {
  const opened = openObject(bytes, name, { loader, legacyMaps })
  if (!opened.ok) return opened
  const set = withSettings(opened.value, settings)
  if (!set.ok) return set
  const { object, unknown } = set.value
  const { programs } = object
  if (program === undefined) return ok({ object, programs, unknown })
  const found = programs.filter((one) => one.name === program)
  if (found.length > 0) return ok({ object, programs: found, unknown })
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
 * Links, verifies and explains one program of an object that was opened. `total`: what is left for all of its programs. Throws a
 * TypeError where an argument is of another kind.
 */
export function checkProgram(
  object: BpfObject,
  program: ObjectProgram,
  kernel: Kernel,
  options: CheckOptions = {},
  total?: TotalBudget,
): Checked {
  const wrong =
    wrongArgument('the first argument of checkProgram()', object, argumentKinds.object) ??
    wrongArgument('the second argument of checkProgram()', program, argumentKinds.program) ??
    wrongArgument('the third argument of checkProgram()', kernel, argumentKinds.kernel)
  if (wrong !== undefined) throw new TypeError(formatFault(wrong))
  const start = performance.now()
  const { name, section, type } = program
  const common = {
    object: object.name,
    program: name,
    section,
    type,
    kernel: kernel.release,
    kfuncs: [],
    warnings: object.warnings,
  }
  const budget = new Budget({ ...options, ...(total === undefined ? {} : { total }) })
  const timed = (outcome: Checked): Checked =>
    inJson({ ...outcome, timeUs: Math.round((performance.now() - start) * 1000) })
  const { flags = 0 } = options
  const link = (within?: Budget): Result<LinkedProgram> => {
    const attachTo = options.target === undefined ? ok(undefined) : targetFor(program, options.target, kernel)
    if (!attachTo.ok) return attachTo
    const wanted = { ...typeOption(program, options.type), ...(within === undefined ? {} : { budget: within }) }
    const result = linkProgram(object, program, kernel, { ...wanted, attachTo: attachTo.value })
    return result.ok && flags !== 0 ? ok(withFlags(result.value, flags)) : result
  }
  try {
    budget.spend(Number.POSITIVE_INFINITY)
    const linked = link(budget)
    if (linked.ok) {
      budget.load(linked.value.insns.length)
      return withLinked(timed(judge(linked.value, kernel, options, budget)), link)
    }
    const { fault } = linked
    const diagnostic = explainFault(fault, object, program, kernel)
    return timed({ ...common, verdict: 'load_error', message: fault.what, fault, diagnostic })
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error
    const { limit } = error
    return timed({ ...common, verdict: 'unsupported', limit, diagnostic: explainLimit(limit) })
  }
}

/** BPF_F_SLEEPABLE among them makes the program sleepable. */
const withFlags = (linked: LinkedProgram, flags: number): LinkedProgram => ({
  ...linked,
  flags: linked.flags | flags,
  sleepable: linked.sleepable || (flags & progFlags.BPF_F_SLEEPABLE) !== 0,
})

function inJson(checked: Checked): Checked {
  if (checked.report !== undefined) withJson(checked.report)
  return withJson(checked, (all) => ({ ...all, ...(all.linked === undefined ? {} : { linked: all.linked }) }))
}

/** `linked` as no copy and no loop over keys sees it: who wants it has it made. */
function withLinked(checked: Checked, link: () => Result<LinkedProgram>): Checked {
  const get = (): LinkedProgram | undefined => {
    const linked = link()
    return linked.ok ? withJson(linked.value) : undefined
  }
  return Object.defineProperty(checked, 'linked', { get, configurable: true })
}

/** Of the path, where it went: what the registers held on the way is megabytes, and told by the diagnostic's notes. */
function withoutRegisters(report: Report): OutcomeReport {
  if (report.verdict !== 'reject' || report.path.length === 0) return report
  const insns = Int32Array.from(report.path, ({ insn }) => insn)
  const frames = Uint8Array.from(report.path, ({ frame }) => frame)
  const { path: _, ...rest } = report
  return Object.defineProperty(rest as OutcomeReport & typeof rest, 'path', {
    get: () => Array.from(insns, (insn, step) => ({ insn, frame: frames[step]! })),
    enumerable: true,
    configurable: true,
  })
}

function judge(linked: LinkedProgram, kernel: Kernel, options: CheckOptions, budget: Budget): Checked {
  const report = explicable(linked, kernel, options, budget)
  const kfuncs = new Set([...linked.refs.values()].flatMap((ref) => (ref.kind === 'kfunc' ? [ref.name] : [])))
  const warnings = [...new Set([...linked.warnings, ...deprecationWarnings(linked, kernel)])]
  return {
    object: linked.object,
    program: linked.name,
    section: linked.section,
    type: linked.type,
    verdict: report.verdict,
    report: withoutRegisters(report),
    message: report.verdict === 'load_error' ? report.message : undefined,
    diagnostic:
      report.verdict === 'accept' ? undefined : explain(report, { ...linked, sources: options.sources }, kernel),
    limit: report.verdict === 'unsupported' ? report.limit : undefined,
    kernel: kernel.release,
    insnCount: linked.insns.length,
    kfuncs: [...kfuncs],
    warnings,
  }
}

/** The report, with the path to a rejection where it can be had without paying much more than the verdict did. */
function explicable(
  linked: LinkedProgram,
  kernel: Kernel,
  { log = false, facts = false, cpus }: CheckOptions,
  budget: Budget,
): Report {
  const wanted = { log, budget, ...(cpus === undefined ? {} : { cpus }) }
  const first = verify(linked, kernel, { ...wanted, trace: TRACED, facts })
  const { insnsProcessed } = first
  if (first.verdict !== 'reject' || insnsProcessed <= TRACED || insnsProcessed > MOST_RETRACED) return first
  const second = verify(linked, kernel, { ...wanted, trace: true })
  return second.verdict === 'reject' ? second : first
}

/** A section's name says more than a type: where to attach, whether to sleep. So a type is for sections that say nothing. */
const typeOption = (
  program: ObjectProgram,
  type: ProgTypeName | ProgTypeWord | undefined,
): { readonly type?: ProgTypeName } =>
  type === undefined || program.type !== undefined ? {} : { type: fullType(type) as ProgTypeName }

/** 'xdp' → 'BPF_PROG_TYPE_XDP' */
export const fullType = (type: string): string =>
  type.startsWith('BPF_PROG_TYPE_') ? type : `BPF_PROG_TYPE_${type.toUpperCase()}`
