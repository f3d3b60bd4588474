// SPDX-License-Identifier: Apache-2.0
// A call that this program may not make, or not with these arguments: who may make it, which maps it takes, which tag a parameter needs.

import { type BtfId, formatType, pointee, resolveType } from '../../btf/index.ts'
import { callerWords } from '../../kfunc/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import { helpersOfMap, mapsOfHelper } from '../../kernel/index.ts'
import { helperId, mapType, progTypes, sectionRules } from '../../uapi/index.ts'
import type { PathStep, RegState, Violation } from '../../verifier/index.ts'
import { callableBy, isAllowed, traitsOf } from '../allowed.ts'
import { callee, funcName, subprogName } from '../calls.ts'
import { ordinal, orList, type Values, yes } from '../fill.ts'
import { lsmHooks, nearNames } from '../near.ts'
import { codeAt } from '../source.ts'
import { argumentText } from '../text.ts'
import { innermost } from '../violations.ts'
import { isNull, isUntrusted, mayBeNull, regWords } from '../words.ts'
import type { Case } from './case.ts'
import { typedTwin } from './small.ts'

export function callValues(one: Case): Values {
  const { report } = one
  switch (report.rule) {
    case 'helper-not-allowed':
      return isForHook(one)
        ? hookOnly(one)
        : {
            ...helperOperations(one),
            helperTypes: helperTypes(one),
            helperSection: probeSection(one),
            tracingTwin: tracingHelper(one),
            probeRegister: probeRegister(one),
          }
    case 'kfunc-not-allowed':
      return { ...kfuncAddress(one), tracingTwin: tracingKfunc(one), ...operationsFor(one), ...plainFunction(one) }
    case 'map-helper':
    case 'callback-map':
      return mapAndHelper(one)
    case 'map-program':
      return mapProgram(one)
    case 'invalid-access':
      return { ...kfuncAddress(one), globalOf: globalParameter(one) }
    case 'global-args':
    case 'global-arg':
      return { ...globalArgument(one), ...unknownSize(one) }
    default:
      return kfuncAddress(one)
  }
}

/** A function of the kernel that is declared as if it were a kfunc. */
function plainFunction({ report, kfunc, program, kernel }: Case): Values {
  const name = kfunc === undefined ? callee(program, report.insn)?.name : undefined
  if (name === undefined) return { notPlain: 'yes' }
  const isCallable = callableBy(program, kernel)
  const names = [...kernel.kfuncs.values()]
    .filter((one) => isCallable(one) && !one.flags.has('KF_RELEASE') && !/_(?:next|destroy|acquire)$/.test(one.name))
    .map((one) => one.name)
  const near = nearNames(name, names, 3).map((one) => `${one}()`)
  return { plainFunction: name, plainNear: orList(near) || undefined, plainAlone: yes(near.length === 0) }
}

/** Program types that may call the helper, whatever their hook. */
function helperTypes({ report, program, kernel }: Case): string | undefined {
  const id = helperId(report.details.helper ?? callee(program, report.insn)?.name ?? '')
  if (id === undefined) return undefined
  const found = progTypes.filter(
    ({ name }) =>
      name !== program.type &&
      [undefined, ...attachTypesOf(name)].some(
        (attachType) => kernel.helper(id, { ...traitsOf(program), type: name, attachType }).ok,
      ),
  )
  const names = found.map(({ short }) => (short === 'tracing' ? 'tracing (fentry, fexit, tp_btf, iter)' : short))
  return names.length === 0
    ? undefined
    : names.length > 14
      ? `${names.slice(0, 14).join(', ')} and ${names.length - 14} more`
      : orList(names)
}

/** Where programs of a type attach, by the sections of libbpf. */
const attachTypesOf = (name: string): readonly (string | undefined)[] =>
  name === 'BPF_PROG_TYPE_TRACING'
    ? ['BPF_TRACE_FENTRY', 'BPF_TRACE_FEXIT']
    : sectionRules.filter(({ type }) => type === name).map(({ attach }) => attach)

/** The kprobe at the function that a typed hook is at, where only kprobes may make the call. */
function probeSection(one: Case): string | undefined {
  const name = /^f(entry|exit)(?:\.s)?\/(\w+)$/.exec(one.program.section)
  return helperTypes(one) === 'kprobe' && name !== null
    ? `${name[1] === 'entry' ? 'kprobe' : 'kretprobe'}/${name[2]}`
    : undefined
}

/** The typed hook at the same place, where programs there may make the call that this one may not. */
function tracingKfunc({ kfunc, program, kernel }: Case): string | undefined {
  const twin = typedTwin(program, kernel)
  return kfunc !== undefined && twin !== undefined && callerWords(kfunc).some((one) => one.startsWith('tracing'))
    ? twin
    : undefined
}

/** Operations of the same struct that may make the call, where this one may not. */
function operationsFor({ kfunc, program, kernel }: Case): Values {
  const { structOps } = program
  const id = structOps === undefined ? undefined : kernel.btf.find(structOps.typeName, 'struct')
  const struct = id === undefined ? undefined : kernel.btf.type(id)
  if (kfunc === undefined || structOps === undefined || struct?.kind !== 'struct') return { noAllowedOps: 'yes' }
  const members = struct.members.filter(({ name, type }) => {
    const target = pointee(kernel.btf, type)
    return name !== '' && target !== undefined && resolveType(kernel.btf, target).kind === 'func_proto'
  })
  const allowed = members.filter(({ name }) =>
    isAllowed(kernel, kfunc, { ...traitsOf(program), structOps: { ...structOps, member: name } }),
  )
  return allowed.length === 0 || allowed.length === members.length
    ? { noAllowedOps: 'yes' }
    : { allowedOps: fewOperations(allowed.map(({ name }) => name)) }
}

const MOST_OPERATIONS = 6

/** Operations of the same struct, or LSM hooks, in which the helper may be called where it may not in this one. */
function helperOperations({ report, program, kernel }: Case): Values {
  const name = report.details.helper ?? callee(program, report.insn)?.name ?? ''
  const id = helperId(name)
  const traits = traitsOf(program)
  if (id === undefined) return {}
  if (program.type === 'BPF_PROG_TYPE_LSM') {
    const hooks = lsmHooks(kernel).filter((hook) => {
      const attachName = `bpf_lsm_${hook}`
      return kernel.helper(id, { ...traits, attachName, attachBtfId: kernel.btf.find(attachName, 'func') }).ok
    })
    const kind = program.section.split('/')[0]!
    return hooks.length === 0
      ? {}
      : { helperHooks: orList(hooks.slice(0, MOST_OPERATIONS).map((hook) => `SEC("${kind}/${hook}")`)) }
  }
  const { structOps } = program
  const type = structOps === undefined ? undefined : kernel.btf.find(structOps.typeName, 'struct')
  const struct = type === undefined ? undefined : kernel.btf.type(type)
  if (structOps === undefined || struct?.kind !== 'struct') return {}
  const members = struct.members
    .filter(({ type: member }) => {
      const target = pointee(kernel.btf, member)
      return target !== undefined && resolveType(kernel.btf, target).kind === 'func_proto'
    })
    .map((member) => member.name)
  const open = members.filter((member) => kernel.helper(id, { ...traits, structOps: { ...structOps, member } }).ok)
  return open.length === 0 ? {} : { helperOps: fewOperations(open) }
}

/** Where a struct begins its life is where most is allowed: that first. */
function fewOperations(names: readonly string[]): string {
  const sorted = [...names].sort((a, b) => Number(b === 'init') - Number(a === 'init'))
  return sorted.length <= MOST_OPERATIONS
    ? orList(sorted)
    : `${sorted.slice(0, MOST_OPERATIONS).join(', ')} and ${sorted.length - MOST_OPERATIONS} more`
}

/** Helpers for arguments of fentry programs, and what a kprobe has in their place. */
function probeRegister({ report, program }: Case): string | undefined {
  if (program.type !== 'BPF_PROG_TYPE_KPROBE') return undefined
  const name = callee(program, report.insn)?.name
  if (name === 'bpf_get_func_ret') return 'PT_REGS_RC(ctx), in a kretprobe'
  if (name !== 'bpf_get_func_arg') return undefined
  const index = argumentText(codeAt(program, report.insn), name, 1)
  return /^[0-5]$/.test(index ?? '') ? `PT_REGS_PARM${Number(index) + 1}(ctx)` : 'PT_REGS_PARM1(ctx) and so on'
}

function tracingHelper({ report, program, kernel }: Case): string | undefined {
  const id = helperId(report.details.helper ?? callee(program, report.insn)?.name ?? '')
  const traits = { ...traitsOf(program), type: 'BPF_PROG_TYPE_TRACING', attachType: 'BPF_TRACE_FENTRY' } as const
  return id !== undefined && kernel.helper(id, traits).ok ? typedTwin(program, kernel) : undefined
}

function isForHook({ report, program, kernel }: Case): boolean {
  const answer = kernel.helper(helperId(callee(program, report.insn)?.name ?? '') ?? -1, traitsOf(program))
  return !answer.ok && answer.why === 'hook'
}

/** A helper for certain functions only: which. */
function hookOnly({ report, program, kernel }: Case): Values {
  const functions = [...kernel.functionSet('btf_allowlist_d_path')]
  return {
    helperProbe: 'yes',
    hookName: program.section.split('/').at(-1),
    pathFunctions:
      callee(program, report.insn)?.name === 'bpf_d_path' && functions.length > 0 ? orList(functions) : undefined,
  }
}

const mapWord = (name: string): string => name.replace('BPF_MAP_TYPE_', '').toLowerCase()

function mapAndHelper({ report, program, causes }: Case): Values {
  const helper = report.details.helper ?? callee(program, report.insn)?.name ?? ''
  const name = helper.replace(/^bpf_/, '')
  const last = causes.path.at(-1)
  const pointer =
    last === undefined ? undefined : [1, 2].map((reg) => last.regs[reg]!).find(({ kind }) => kind === 'map_ptr')
  const map = pointer === undefined ? undefined : program.maps[pointer.map]
  if (map === undefined) return {}
  const type = mapType(map.typeId)?.name ?? map.type
  const takes = mapsOfHelper.get(name)
  return {
    sockmapUpdate: yes(/^(?:sockmap|sockhash)$/.test(mapWord(type)) && helper === 'bpf_map_update_elem'),
    mapOfMaps: yes(/_of_maps$/.test(mapWord(type))),
    mapIs: `map ${map.name} is of type ${mapWord(type)}`,
    mapHelpers:
      /^(?:sockmap|sockhash)$/.test(mapWord(type)) && helper === 'bpf_map_update_elem'
        ? undefined
        : orList((helpersOfMap.get(type.replace('BPF_MAP_TYPE_', '')) ?? []).map((one) => `bpf_${one}()`)),
    helperMaps: takes === undefined ? undefined : orList(takes.map(mapWord)),
  }
}

type MapRefusal = (Violation & { readonly id: 'map-program' })['params']['why']

/** Fields that some programs must not meet, as C has them, and what does the same without. */
const instead: ReadonlyMap<MapRefusal, { readonly field: string; readonly instead: string }> = new Map([
  [
    'spin_lock',
    {
      field: 'a struct bpf_spin_lock',
      instead:
        'count in a per-CPU map (BPF_MAP_TYPE_PERCPU_HASH, PERCPU_ARRAY), which needs no lock, or change the value with atomics: __sync_fetch_and_add(&v->n, 1)',
    },
  ],
  [
    'graph',
    {
      field: 'a list head or tree root',
      instead: 'hand the data to a program of another type through a ring buffer or an ordinary map',
    },
  ],
  [
    'timer',
    {
      field: 'a struct bpf_timer',
      instead: 'start the timer from a program of another type: tc, XDP, fentry, struct_ops …',
    },
  ],
  [
    'wq',
    { field: 'a struct bpf_wq', instead: 'start the work queue from a program of another type: fentry, struct_ops …' },
  ],
])

function mapProgram({ report, program }: Case): Values {
  const { violation } = report
  const why = violation?.id === 'map-program' ? violation.params.why : undefined
  const ref = program.refs.get(report.insn)
  const map = ref?.kind === 'map' || ref?.kind === 'map_value' ? program.maps[ref.map] : undefined
  const found = why === undefined ? undefined : instead.get(why)
  return {
    mapName: map?.name,
    mapField: found?.field,
    mapInstead: found?.instead,
    mapSleeps: yes(why === 'sleeps'),
    mapType: map === undefined ? undefined : mapWord(map.type),
  }
}

/** The global function whose own parameter, a pointer to memory, is what may be NULL. */
function globalParameter({ causes, program }: Case): string | undefined {
  const { path, value } = causes
  const from = path[0]
  if (value?.kind !== 'mem' || !mayBeNull(value) || from === undefined || from.insn === 0) return undefined
  // as it was given, or a copy of it
  return from.regs.slice(1, 6).some((given) => given.kind === 'mem' && given.id === value.id)
    ? funcName(program, from.insn)
    : undefined
}

/** The one tag that tells the verifier what the caller passes. */
function globalArgument({ report, causes, program }: Case): Values {
  const broken = innermost(report.violation)
  const value = causes.value ?? objectPassed(causes.path.at(-1))
  const func = callee(program, report.insn)?.name
  if (value === undefined || report.rule === 'subprog-arg')
    return numberForPointer(report.insn, causes.path.at(-1), program)
  const reads = broken?.id === 'ctx-access' || broken?.id === 'ctx-bounds' || value.kind === 'ctx'
  const argTag = tagFor(value, { isContext: reads })
  return {
    globalFunc: func,
    argTag,
    argPlain: yes(argTag === undefined),
    argMayBeNull: yes(value.kind !== 'ctx' && (mayBeNull(value) || isNull(value))),
  }
}

/** The parameter that a global function cannot have, and what is passed for it. */
function unknownSize({ report, causes, program }: Case): Values {
  const broken = innermost(report.violation)
  const step = causes.path.at(-1)
  if (broken?.id !== 'subprog-arg' || !('param' in broken.params)) return { notGlobalBad: 'yes' }
  const ref = program.refs.get(report.insn)
  const start = ref?.kind === 'subprog' ? ref.insn : report.insn + program.insns[report.insn]!.imm + 1
  const type = paramsOf(program, start)[broken.params.param]
  return {
    globalFunc: subprogName(program, start),
    globalBad: ordinal(broken.params.param),
    globalBadType: type === undefined ? undefined : formatType(program.btf!, type),
    globalCtx: broken.params.form === 'ctx-struct' ? broken.params.expected : undefined,
    globalByValue: yes(type !== undefined && ['struct', 'union'].includes(resolveType(program.btf!, type).kind)),
    globalPacket: yes([1, 2, 3, 4, 5].some((number) => step?.regs[number]?.kind.startsWith('pkt'))),
  }
}

/** The first parameter that is a pointer by its type, where the call passes a number. */
function numberForPointer(at: number, step: PathStep | undefined, program: LinkedProgram): Values {
  const ref = program.refs.get(at)
  const start = ref?.kind === 'subprog' ? ref.insn : at + program.insns[at]!.imm + 1
  const params = paramsOf(program, start)
  const index = params.findIndex(
    (type, i) =>
      resolveType(program.btf!, type).kind === 'ptr' &&
      step?.regs[i + 1]?.kind === 'scalar' &&
      !isNull(step.regs[i + 1]!),
  )
  if (index < 0 || step === undefined) return {}
  return {
    globalFunc: subprogName(program, start),
    globalIndex: ordinal(index),
    globalType: formatType(program.btf!, params[index]!),
    globalGiven: regWords(step.regs[index + 1]!, program),
  }
}

/** Types of the parameters of the function that starts at an insn. */
export function paramsOf({ funcs, btf }: LinkedProgram, start: number): readonly BtfId[] {
  const record = funcs.find(({ insn }) => insn === start)
  if (record === undefined || btf === undefined || record.typeId >= btf.count) return []
  const func = btf.type(record.typeId)
  const proto = func.kind === 'func' ? btf.type(func.type) : undefined
  return proto?.kind === 'func_proto' ? proto.params.map(({ type }) => type) : []
}

/** The first argument that is a kernel object or arena memory: what no type of C tells. */
const objectPassed = (step: PathStep | undefined): RegState | undefined =>
  [1, 2, 3, 4, 5].map((number) => step?.regs[number]).find((reg) => reg?.kind === 'btf' || reg?.kind === 'arena')

function tagFor(value: RegState, { isContext }: { readonly isContext: boolean }): string | undefined {
  if (isContext) return '__arg_ctx'
  if (value.kind === 'arena') return '__arg_arena'
  if (value.kind === 'btf')
    return isUntrusted(value) ? undefined : mayBeNull(value) ? '__arg_trusted __arg_nullable' : '__arg_trusted'
  return undefined
}

/** A register that holds the address of a kfunc: C names the function and forgets to call it. */
function kfuncAddress({ causes, program }: Case): Values {
  const { path, origin, value } = causes
  const ref = path[origin] === undefined ? undefined : program.refs.get(path[origin]!.insn)
  if (value?.kind !== 'mem' || ref?.kind !== 'ksym_func') return {}
  return { kfuncAddress: ref.name }
}
