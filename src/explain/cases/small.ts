// SPDX-License-Identifier: Apache-2.0
// Facts of a case that need no file of their own: which of several things a rule was broken by.

import { formatType, memberAt, pointee, resolveType, sizeOf, typeTags } from '../../btf/index.ts'
import { type IteratorFamily, iteratorFamily } from '../../kfunc/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import { scalar } from '../../verifier/index.ts'
import { callee, subprogName } from '../calls.ts'
import { type Values, yes } from '../fill.ts'
import { codeAt } from '../source.ts'
import { indexedBy } from '../text.ts'
import { coreMissing } from '../near.ts'
import { innermost } from '../violations.ts'
import { endsOpen } from '../place.ts'
import { typesLost } from '../types-lost.ts'
import { isAllocated } from '../words.ts'
import { type Case, comparisonsOf, placeWords, plural } from './case.ts'
import { variableAt } from './object.ts'

export function smallValues(one: Case): Values {
  const { report, causes, program } = one
  const { value } = causes
  const { rule } = report
  const broken = innermost(report.violation)
  const insn = program.insns[report.insn]
  const text = codeAt(program, report.insn) ?? ''
  const called = callee(program, report.insn)
  return {
    secondLock: yes(rule === 'lock-held' || rule === 'lock-call' ? called?.name === 'bpf_spin_lock' : undefined),
    decided: yes(program.insns[causes.decided.insn]?.op.kind === 'jump'),
    exchange: yes(called?.name === 'bpf_kptr_xchg'),
    inCallback: yes((causes.path.at(-1)?.frame ?? 0) > 0),
    load: yes(insn?.op.kind === 'load'),
    atomic: yes(insn?.op.kind === 'atomic'),
    plainAccess: yes(insn?.op.kind !== 'atomic'),
    accessSize: broken?.id === 'alignment' ? broken.params.size.toString() : undefined,
    fallsOff: rule === 'last-insn' ? openFunction(program) : undefined,
    call: yes(called !== undefined),
    tailCall: yes(called?.name === 'bpf_tail_call'),
    ends: yes(called?.name !== 'bpf_tail_call'),
    throws: yes(called?.name === 'bpf_throw'),
    iterEnd: yes(
      /^iter(?:\.s)?\//.test(program.section) &&
        program.insns[causes.path[causes.origin]?.insn ?? -1]?.op.kind === 'load' &&
        rule === 'invalid-access',
    ),
    keptRecord: yes(value?.kind === 'scalar' && readFromMap(one)),
    resultType: results.get(called?.name ?? ''),
    noResultType: yes(!results.has(called?.name ?? '')),
    traceRecord: yes(program.type === 'BPF_PROG_TYPE_TRACEPOINT'),
    arenaValue: yes(value?.kind === 'arena'),
    onlyZero: yes(report.details.expected === '[0, 0]'),
    returnsRange: yes(report.details.expected !== '[0, 0]'),
    zeroSize: yes(broken?.id === 'size-zero'),
    negative: yes(broken?.id === 'size-negative'),
    irqOnStack: yes(rule !== 'irq-stack'),
    keyWrite: yes(broken?.id === 'write-rdonly' && broken.params.form === 'key'),
    slice: yes(
      rule === 'write-rdonly' && causes.notes.some(({ insn }) => callee(program, insn)?.name === 'bpf_dynptr_slice'),
    ),
    arithmetic: yes(causes.notes.some(({ label }) => /becomes a number.*; it was (?!a number|nothing)/.test(label))),
    notNumber: yes(value?.kind !== 'scalar'),
    unknownReturn: yes(value?.kind === 'scalar' && !scalar.isConst(value.var)),
    large: yes(program.insns.length > 3000),
    addressSpaces: yes(insn?.op.name === 'addr_space_cast'),
    printk: yes(/bpf_(?:v)?printk|bpf_trace_v?printk/.test(called?.name ?? '') || /bpf_printk/.test(text)),
    allocated: yes(value !== undefined && isAllocated(value)),
    percpuRead: yes(broken?.id === 'btf-percpu'),
    userRead: yes(broken?.id === 'btf-user'),
    typesLost: yes(typesLost(report, program).length > 0),
    ...(rule === 'kptr-store' ? storedKptr(text) : rule === 'kptr-variable' ? {} : { kptrMisses: 'yes' }),
    ...iteratorThere(one),
    ...iteratorSize(one),
    ...untypedMap(one),
    ...coreValues(one),
    ...taglessField(one),
    ...constGlobal(one),
    ...typedHook(one),
    sliceWriters: rule === 'slice-write' ? 'tc (sched_cls), XDP, lwt_xmit, sk_skb' : undefined,
    packetWriters: rule === 'packet-write' ? 'sched_cls, sched_act, xdp, lwt_xmit, sk_skb or sk_msg' : undefined,
    ...indexOfLine(one),
    innerMap: yes(value?.kind === 'map_ptr' && program.maps[value.map] === undefined),
    mapPointer: value?.kind === 'map_ptr' ? program.maps[value.map]?.name : undefined,
  }
}

/** What helpers write through a pointer that they are given. */
const results: ReadonlyMap<string, string> = new Map([
  ['bpf_strtol', 'long'],
  ['bpf_strtoul', 'unsigned long'],
  ['bpf_get_func_arg', '__u64'],
  ['bpf_get_func_ret', '__u64'],
])

/** Was the value loaded from a map’s value? */
function readFromMap({ causes: { path, origin }, program }: Case): boolean {
  const from = path[origin]
  const insn = from === undefined ? undefined : program.insns[from.insn]
  return insn?.op.kind === 'load' && from!.regs[insn.src]?.kind === 'map_value'
}

function openFunction(program: LinkedProgram): string | undefined {
  const open = endsOpen(program)
  return open === undefined ? undefined : subprogName(program, open.start)
}

/** `k->task = mine;`: the field and what is assigned to it. */
function storedKptr(text: string): Values {
  const [, field, stored] = /^\s*(\w+(?:(?:->|\.)\w+)+)\s*=\s*(\w+)\s*;\s*$/.exec(text) ?? []
  return { kptrField: field, kptrStored: stored }
}

/** What stands where an iterator was wanted: one of another kind, one that was destroyed. */
function iteratorThere({ report, causes, kfunc, program }: Case): Values {
  if (report.rule !== 'iter-init') return {}
  const last = causes.notes.findLast(({ kind }) => kind === 'object')
  const there = familyOf(last === undefined ? undefined : callee(program, last.insn))
  const isOther = there?.method !== 'destroy' && there?.struct !== familyOf(kfunc)?.struct
  return {
    otherIterator: isOther ? there?.struct : undefined,
    destroyed: yes(there?.method === 'destroy'),
  }
}

/** The iterator's struct as the program has it, where that is smaller than the kernel's. */
function iteratorSize({ report, causes, kfunc, program, kernel }: Case): Values {
  if (report.rule !== 'iter-uninit') return {}
  const family = kfunc === undefined ? undefined : iteratorFamily(kfunc.name)
  const sizeIn = (btf: LinkedProgram['btf']): number | undefined => {
    const id = family === undefined ? undefined : btf?.find(family.struct, 'struct')
    return id === undefined ? undefined : sizeOf(btf!, id)
  }
  const [own, theirs] = [sizeIn(program.btf), sizeIn(kernel.btf)]
  if (own === undefined || theirs === undefined || own >= theirs)
    return { iterFits: 'yes', iterMade: yes(causes.notes.some(({ label }) => / makes the iterator /.test(label))) }
  return { iterStruct: family!.struct, iterBytes: plural(own, 'byte'), iterKernelBytes: theirs.toString() }
}

const familyOf = (called: { readonly name: string } | undefined): IteratorFamily | undefined =>
  called === undefined ? undefined : iteratorFamily(called.name)

/** What a CO-RE relocation found no answer for. */
function coreValues({ report, program, kernel }: Case): Values {
  const ref = program.refs.get(report.insn)
  const asked = report.rule === 'loader-core' && ref?.kind === 'missing' ? ref.name : undefined
  const missing = asked === undefined ? undefined : coreMissing(asked, kernel, program.btf)
  if (missing === undefined) return {}
  const { type, known, member, members, renamed, near, kinds } = missing
  return {
    coreType: type,
    coreMember: known ? member : undefined,
    coreMembers: members,
    coreKinds: kinds,
    coreSameKind: yes(kinds === undefined),
    coreSince: renamed?.since,
    coreNow: renamed?.is,
    coreNear: near,
    coreNotRenamed: yes(renamed === undefined),
    coreUnknown: yes(!known),
    coreStruct: yes(!type.startsWith('enum')),
    enumerator: type.startsWith('enum') ? /::(\w+)/.exec(asked ?? '')?.[1] : undefined,
  }
}

/** Programs that are given pointers to take a reference of, and so may keep kptrs; those at probes see numbers. */
const mayOwn = (type: string): boolean => !/(?:KPROBE|TRACEPOINT(?:_WRITABLE)?|PERF_EVENT)$/.test(type)

/** A number that was read from a map value, out of a field that is a pointer in C: the kernel sees no kptr there. */
function taglessField({ report, causes, program, kernel }: Case): Values {
  const { path, origin, value } = causes
  const from = path[origin]
  const insn = from === undefined ? undefined : program.insns[from.insn]
  if (value?.kind !== 'scalar' || insn?.op.kind !== 'load' || report.path.length === 0) return {}
  const base = from!.regs[insn.src]!
  const map = base.kind === 'map_value' ? program.maps[base.map] : undefined
  if (map === undefined || program.mapBtf === undefined || map.valueTypeId === 0 || !scalar.isConst(base.var)) return {}
  const off = base.off + insn.off + scalar.constNumber(base.var)
  const member = memberAt(program.mapBtf, map.valueTypeId, off)
  const kept = member?.type ?? (off === 0 ? map.valueTypeId : undefined)
  const pointed = kept === undefined ? undefined : pointee(program.mapBtf, kept)
  if (kept === undefined || pointed === undefined) return {}
  const { kind, name } = resolveType(program.mapBtf, pointed)
  if (!mayOwn(program.type) || member === undefined)
    return kind === 'struct' && kernel.btf.find(name, 'struct') !== undefined
      ? { keptPointer: formatType(program.mapBtf, kept) }
      : {}
  const tags = typeTags(program.mapBtf, member.type)
  return {
    untaggedField: tags.some((tag) => tag.startsWith('kptr') || tag.endsWith('kptr')) ? undefined : member.name,
    untaggedStruct: formatType(program.mapBtf, map.valueTypeId),
    untaggedType: formatType(program.mapBtf, member.type),
  }
}

/** A global variable that is const, and so may not be written. */
function constGlobal({ report, causes, program }: Case): Values {
  const { value } = causes
  const map = report.rule !== 'map-flags' || value?.kind !== 'map_value' ? undefined : program.maps[value.map]
  if (map?.internal !== 'rodata' || program.btf === undefined || !scalar.isConst(value!.var)) return {}
  const off = value!.off + scalar.constNumber(value!.var) + (program.insns[report.insn]?.off ?? 0)
  return { rodata: variableAt(program.btf, map.section, off)?.name ?? 'what is written' }
}

/** 'kprobe/do_exit' → 'fentry/do_exit', 'raw_tp/sched_switch' → 'tp_btf/sched_switch': the hook of the same place whose arguments have types. */
export function typedTwin({ section }: LinkedProgram, { btf }: Kernel): string | undefined {
  const [, kind = '', name = ''] = /^([\w.]+)\/([\w.]+)$/.exec(section) ?? []
  if (/^(?:raw_tp|raw_tracepoint)(?:\.w)?$/.test(kind))
    return btf.find(`btf_trace_${name}`, 'typedef') === undefined ? undefined : `tp_btf/${name}`
  if (!/^k(?:ret)?probe$/.test(kind) || btf.find(name, 'func') === undefined) return undefined
  return `${kind === 'kprobe' ? 'fentry' : 'fexit'}/${name}`
}

/** The hook whose arguments are typed pointers, where this one gives numbers. */
function typedHook({ causes, program, kernel }: Case): Values {
  const { value, path, origin } = causes
  const from = path[origin]
  const insn = from === undefined ? undefined : program.insns[from.insn]
  if (value?.kind !== 'scalar' || insn?.op.kind !== 'load' || from!.regs[insn.src]?.kind !== 'ctx') return {}
  return {
    userProgram: yes(/^u(?:ret)?probe(?:\.|\/|$)|^usdt/.test(program.section)),
    typedHook: typedTwin(program, kernel),
    userArgument: yes(/^(?:tp|tracepoint)\/syscalls\/sys_enter/.test(program.section)),
  }
}

/** The comparison of an index as a signed number, which bounds it on one side only. */
function signedCheck({ causes, program }: Case, index: string): string | undefined {
  if (!/^[A-Za-z_]\w*$/.test(index)) return undefined
  const found = comparisonsOf(causes.path, program).find(
    ({ insn }) =>
      /^js/.test(program.insns[insn]!.op.name) &&
      new RegExp(`(?<![\\w>.])${index}\\b`).test(codeAt(program, insn) ?? ''),
  )
  return found === undefined ? undefined : placeWords(program, found.insn)
}

/** `next[*cur]`: the array and the index of a line that has one of each. */
function indexOfLine(one: Case): Values {
  const { report, program } = one
  if (report.rule !== 'offset-range' && report.rule !== 'stack-bounds' && report.rule !== 'stack-unbounded') return {}
  const kind = program.insns[report.insn]?.op.kind
  // the address is made before the access
  const write = kind === 'alu' ? undefined : kind === 'store' || kind === 'atomic'
  const [found, ...more] = indexedBy(codeAt(program, report.insn), { write })
  if (found === undefined || more.length > 0) return {}
  const { array, index } = found
  const called = callee(program, report.insn) !== undefined
  return {
    stackArray: array,
    stackIndex: index,
    signedBits: signedBits(one),
    stackReread: yes(/->|\.|\*/.test(index)),
    checkedAbove: signedCheck(one, index),
    stackIndexed: report.rule === 'stack-bounds' && !called ? `the index ${index} into ${array}` : undefined,
    ...stackTaken(one),
  }
}

/** How many bits the signed number has that the index is made of, where it is a small one. */
function signedBits({ causes: { path } }: Case): string | undefined {
  for (const { regs } of path.slice(-MOST_BACK).reverse())
    for (const reg of regs) {
      if (reg?.kind !== 'scalar') continue
      if (scalar.smin(reg.var) === -128n && scalar.smax(reg.var) === 127n) return '8'
      if (scalar.smin(reg.var) === -32768n && scalar.smax(reg.var) === 32767n) return '16'
    }
  return undefined
}
const MOST_BACK = 8

/** A call takes memory of the stack from a place that varies: how many bytes, and how far the place may lie at the most. */
function stackTaken({ report, causes }: Case): Values {
  const { value, reg } = causes
  const size = reg === undefined ? undefined : causes.path.at(-1)?.regs[reg + 1]
  if (report.rule !== 'stack-bounds' || value?.kind !== 'fp' || size?.kind !== 'scalar' || !scalar.isConst(size.var))
    return {}
  const bytes = scalar.constNumber(size.var)
  const most = -value.off - bytes
  return scalar.isConst(value.var) || scalar.smin(value.var) < 0n || most <= 0
    ? {}
    : {
        stackTakes: plural(bytes, 'byte'),
        stackTakesTo: scalar.umax(value.var).toString(),
        stackMost: most.toString(),
        stackBytesTaken: bytes.toString(),
      }
}

/** The map whose values have no special fields to the kernel, and the types that the pointer’s C has for them. */
function untypedMap({ report, program, causes }: Case): Values {
  const broken = innermost(report.violation)
  if (broken === undefined || !('map' in broken.params) || typeof broken.params.map !== 'string') return {}
  const name = broken.params.map
  const map =
    program.maps[causes.value?.map ?? -1] ?? program.maps.find((one) => one.kernelName === name || one.name === name)
  const { btf } = program
  const spelled = (id: number | undefined): string | undefined =>
    btf === undefined || id === undefined || id === 0 ? undefined : formatType(btf, id)
  return {
    untypedMap: map?.name ?? name,
    untypedKey: spelled(map?.keyTypeId),
    untypedValue: spelled(map?.valueTypeId),
  }
}
