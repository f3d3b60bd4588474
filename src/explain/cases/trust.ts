// SPDX-License-Identifier: Apache-2.0
// Why a pointer to a kernel object is not trusted or RCU-protected: the program may sleep, so nothing holds RCU; or the field it was read
// from is none that the kernel vouches for, so RCU would not help either. And what gives a pointer that is good enough.

import { type Btf, type BtfId, pointee, resolveType, structOf, walkStruct } from '../../btf/index.ts'
import { attachProto, type Kernel } from '../../kernel/index.ts'
import { helperId } from '../../uapi/index.ts'
import { type PathStep, type RegState, scalar } from '../../verifier/index.ts'
import { callableBy, traitsOf } from '../allowed.ts'
import { callee, contractAt } from '../calls.ts'
import { historyOf, MOST_STEPS } from '../history.ts'
import { type Values, orList, yes } from '../fill.ts'
import { codeAt, lineAt } from '../source.ts'
import { argumentText } from '../text.ts'
import { isUntrusted, structName, structPointedTo } from '../words.ts'
import type { Case } from './case.ts'
import { workCallback } from './handed.ts'

const rules: ReadonlySet<string> = new Set([
  'untrusted-arg',
  'not-rcu-arg',
  'not-btf',
  'argument-type',
  'global-arg',
  'global-args',
])

export function trustValues(one: Case): Values {
  const { expected, seen } = one.report.details
  const ofKernel = seen === 'cpumask' && expected === 'bpf_cpumask'
  const mismatch = one.report.rule === 'struct-mismatch' && expected !== undefined
  return {
    ...objectValues(one),
    ...wantedValues(one),
    ...objectWanted(one),
    expectedGivers: mismatch ? orList(giversOf(expected, one)) : undefined,
    notMoved: yes(seen !== expected && !ofKernel),
    maskOfKernel: yes(ofKernel),
    maskExpr: ofKernel ? maskText(one) : undefined,
  }
}

/** The mask as C spells it, without its cast. */
function maskText({ report, program }: Case): string {
  const index = report.details.arg ?? (report.details.reg ?? 1) - 1
  const text = argumentText(codeAt(program, report.insn), callee(program, report.insn)?.name, index)
  return text?.replace(/^\([^()]*\*\)\s*/, '') ?? 'theirs'
}

/** The struct that a number was passed for. */
function wantedValues(one: Case): Values {
  const { causes, program, report } = one
  if (causes.value?.kind !== 'scalar') return {}
  const from = causes.path[causes.origin]
  const struct = wantedStruct(one)
  const current = from !== undefined && callee(program, from.insn)?.name === 'bpf_get_current_task'
  return {
    currentTask: yes(current && (struct === undefined || struct === 'task_struct')),
    paramStruct: struct,
    paramGivers: struct === undefined || report.rule === 'invalid-access' ? undefined : orList(giversOf(struct, one)),
  }
}

/** A helper that takes a kernel object is given something else: what the hook has of that struct. */
function objectWanted(one: Case): Values {
  const { report, causes, program, kernel } = one
  const { value } = causes
  if (report.rule !== 'argument-type' || value === undefined || value.kind === 'scalar' || value.kind === 'btf')
    return {}
  const struct =
    wantedStruct(one) ?? (/\bsock_common\b/.test(report.details.expected ?? '') ? 'sock_common' : undefined)
  const target = /^(?:tp_btf|fentry|fexit|fmod_ret|lsm|iter|struct_ops)/.test(program.section)
    ? attachProto(kernel.btf, traitsOf(program))
    : undefined
  if (struct === undefined || target === undefined) return { wantedObject: struct }
  const { btf } = target
  const params = target.proto.params.slice(target.skip).filter(({ name }) => name !== '')
  const own = params.find(({ type }) => startsWith(btf, pointee(btf, type), struct))
  const within = params.flatMap(({ name, type }) => {
    const id = pointee(btf, type)
    const members = id === undefined ? undefined : structOf(btf, id)?.members
    const found = members?.find((member) => {
      const inner = resolveType(btf, member.type)
      return member.name !== '' && inner.kind === 'struct' && inner.name === struct
    })
    return found === undefined ? [] : [`&${name}->${found.name}`]
  })
  return { wantedObject: struct, hookObject: own?.name ?? within[0] }
}

const DEEPEST = 8

/** Is it this struct, or does its first member begin with one? */
function startsWith(btf: Btf, id: BtfId | undefined, struct: string): boolean {
  let type = id === undefined ? undefined : resolveType(btf, id)
  for (let depth = 0; type?.kind === 'struct' && depth < DEEPEST; depth++) {
    if (type.name === struct) return true
    const first = type.members[0]
    type = first === undefined ? undefined : resolveType(btf, first.type)
  }
  return false
}

function wantedStruct({ kfunc, report, program, kernel }: Case): string | undefined {
  const { arg, reg } = report.details
  const index = arg ?? (reg === undefined ? undefined : reg - 1)
  if (index === undefined) return undefined
  const param = kfunc?.params[index]
  const struct = param === undefined ? undefined : structPointedTo(kfunc!.btf, param.type)
  if (struct !== undefined) return struct
  const called = callee(program, report.insn)
  const id = called?.kind === 'helper' ? helperId(called.name) : undefined
  const answer = id === undefined ? undefined : kernel.helper(id, traitsOf(program))
  return answer?.ok === true ? answer.proto.args[index]?.btf : undefined
}

function objectValues(one: Case): Values {
  const { report, causes, program } = one
  const { value, path, origin } = causes
  if (!rules.has(report.rule) || value?.kind !== 'btf' || value.btfId === 0) return {}
  const struct = structName(value)
  const from = path[origin]
  const load = from === undefined ? undefined : loadAt(from, one)
  const first = load === undefined ? undefined : protectableFrom(origin, struct, one)
  const protectable = first !== undefined
  const sleeps = program.sleepable && isUntrusted(value) && protectable
  const line = lineAt(program, path[first ?? origin]?.insn ?? -1)?.line
  return {
    sleeps: sleeps && !inRcuSection(one, first ?? origin) ? program.section : undefined,
    sleepsWork:
      isUntrusted(value) && protectable && !inRcuSection(one, first ?? origin) ? workCallback(one) : undefined,
    untrustedArg: yes(report.rule === 'argument-type' && isUntrusted(value)),
    readAt: line === undefined ? undefined : `line ${line}`,
    walkedField: !protectable && load?.field !== undefined ? load.field : undefined,
    walkedOf: load?.owner,
    ownLoad: yes(load?.field !== undefined),
    givers: orList(giversOf(struct, one)),
    ownArgument: ownArgument(struct, one),
  }
}

interface Load {
  readonly base: RegState
  readonly owner: string | undefined
  readonly field: string | undefined
  readonly tags: readonly string[]
}

/** What a load read its pointer from. */
function loadAt({ insn: at, regs }: PathStep, { program }: Case): Load | undefined {
  const insn = program.insns[at]!
  if (insn.op.kind !== 'load') return undefined
  const base = regs[insn.src]!
  if (base.kind === 'map_value') return { base, owner: undefined, field: undefined, tags: [] }
  const off = base.off + insn.off + scalar.constNumber(base.var)
  if (base.kind !== 'btf' || base.btf === undefined || !Number.isInteger(off)) return undefined
  const step = walkStruct(base.btf, base.btfId, off, 8)
  if (step.kind !== 'ptr') return undefined
  return { base, owner: structName(base), field: step.fieldName, tags: step.tags }
}

/** The field that a step of the path loads. */
export const fieldLoadedAt = (step: PathStep, one: Case): string | undefined => loadAt(step, one)?.field

/** How far fields of fields are followed. */
const MOST_FIELDS = 6

/** Would RCU make the pointer that a step read a good one? The step from which on it would have to be held. */
function protectableFrom(step: number, struct: string, one: Case, depth = 0): number | undefined {
  const { causes, program, kernel } = one
  const from = causes.path[step]
  const load = from === undefined || depth > MOST_FIELDS ? undefined : loadAt(from, one)
  if (load === undefined || !isProtectable(load, struct, kernel)) return undefined
  if (!isUntrusted(load.base)) return step
  // a field of what is not trusted itself is no better, unless RCU makes that good, too
  const { src } = program.insns[from!.insn]!
  const before = historyOf(causes.path, src, program, { last: step, depth: 0, left: { steps: MOST_STEPS } }).origin
  return before >= step ? undefined : protectableFrom(before, structName(load.base), one, depth + 1)
}

function isProtectable({ base, owner, field, tags }: Load, struct: string, kernel: Kernel): boolean {
  if (base.kind === 'map_value') return kernel.functionSet('rcu_protected_types').has(struct)
  if (owner === undefined || field === undefined) return false
  return (
    tags.includes('rcu') ||
    kernel.safePointer('rcu', owner, field) ||
    kernel.safePointer('rcu_or_null', owner, field) ||
    kernel.safePointer('trusted', owner, field)
  )
}

/** Is an RCU section open where the path comes to a step? */
function inRcuSection({ causes, program, kernel }: Case, step: number): boolean {
  let depth = 0
  for (let i = 0; i < step; i++) {
    const effects = contractAt(program, kernel, causes.path[i]!.insn)?.effects
    if (effects?.opens === 'rcu') depth++
    else if (effects?.closes === 'rcu') depth--
  }
  return depth > 0
}

/** What gives a trusted pointer to this struct to this program, out of something else: by number, by name, of the current task. */
function giversOf(struct: string, { program, kernel, kfunc }: Case): readonly string[] {
  const own = struct === 'task_struct' ? ['bpf_get_current_task_btf'] : []
  const isCallable = callableBy(program, kernel)
  const kfuncs = [...kernel.kfuncs.values()].filter(
    (one) =>
      one.name !== kfunc?.name &&
      one.flags.has('KF_ACQUIRE') &&
      !one.name.endsWith('_acquire') &&
      structPointedTo(one.btf, one.ret) === struct &&
      isCallable(one),
  )
  return [...own, ...kfuncs.map(({ name }) => name)].slice(0, 6).map((name) => `${name}()`)
}

/** An argument of the hook that points to this struct. */
function ownArgument(struct: string, { program, kernel }: Case): string | undefined {
  if (!/^(?:tp_btf|lsm|iter|struct_ops)/.test(program.section)) return undefined
  const target = attachProto(kernel.btf, traitsOf(program))
  const param = target?.proto.params.slice(target.skip).find(({ type }) => structPointedTo(target.btf, type) === struct)
  return param?.name === '' ? undefined : param?.name
}
