// SPDX-License-Identifier: Apache-2.0
// The main job in one call: bytes of an object and a kernel in, a verdict with its explanation for every program out.
import { deprecationWarnings, explain, explainFault, type Outcome } from './explain/index.ts'
import { type Fault, ok, type Result } from './fault/index.ts'
import type { Kernel } from './kernel/index.ts'
import { type BpfObject, type LinkedProgram, linkProgram, type ObjectProgram, openObject } from './object/index.ts'
import { verify } from './verifier/index.ts'

export interface CheckOptions {
  /** What the object is called in messages; its maps of global data are named after it. */
  readonly name?: string
  /** Only the program of this name. */
  readonly program?: string
  /** Program type for sections that libbpf does not know, or instead of what it says: 'xdp', 'BPF_PROG_TYPE_XDP'. */
  readonly type?: string
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

/** Judges every program of an object as the kernel's verifier would, each alone. A `Fault` where the object cannot be read. */
export function check(bytes: Uint8Array, kernel: Kernel, options: CheckOptions = {}): Result<Checked[]> {
  const opened = openForCheck(bytes, options)
  if (!opened.ok) return opened
  return ok(opened.value.programs.map((program) => checkProgram(opened.value.object, program, kernel, options)))
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

/** Links, verifies and explains one program. A rejected one is verified again with its path kept, for the explanation. */
export function checkProgram(
  object: BpfObject,
  program: ObjectProgram,
  kernel: Kernel,
  { type, flags = 0, log = false }: CheckOptions = {},
): Checked {
  const start = performance.now()
  const about = { object: object.name, program: program.name, section: program.section }
  const time = () => Math.round((performance.now() - start) * 1000)
  const result = linkProgram(object, program, kernel, type === undefined ? {} : { type: fullType(type) })
  if (!result.ok) {
    const { fault } = result
    const diagnostic = explainFault(fault, object, program, kernel)
    const rest = { type: program.type, message: fault.what, timeUs: time(), kfuncs: [], warnings: object.warnings }
    return { ...about, ...rest, verdict: 'load_error', fault, diagnostic }
  }
  const linked = flags === 0 ? result.value : { ...result.value, flags: result.value.flags | flags }
  const first = verify(linked, kernel, { log })
  const timeUs = time()
  const report = first.verdict === 'reject' ? verify(linked, kernel, { log, trace: true }) : first
  const diagnostic = report.verdict === 'accept' ? undefined : explain(report, linked, kernel)
  const message = report.verdict === 'load_error' ? report.message : undefined
  const kfuncs = new Set([...linked.refs.values()].flatMap((ref) => (ref.kind === 'kfunc' ? [ref.name] : [])))
  const warnings = [...new Set([...linked.warnings, ...report.warnings, ...deprecationWarnings(linked, kernel)])]
  const { verdict } = report
  return {
    ...about,
    type: linked.type,
    verdict,
    report,
    message,
    diagnostic,
    timeUs,
    kfuncs: [...kfuncs],
    warnings,
    linked,
  }
}

/** 'xdp' → 'BPF_PROG_TYPE_XDP' */
export const fullType = (type: string): string =>
  type.startsWith('BPF_PROG_TYPE_') ? type : `BPF_PROG_TYPE_${type.toUpperCase()}`
