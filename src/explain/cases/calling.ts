// SPDX-License-Identifier: Apache-2.0
// What a call or a return needs and the path has not: a value that was never set, a section that was closed before, a number as the result.

import { type BtfType, resolveType } from '../../btf/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import { callee, contractAt, subprogName } from '../calls.ts'
import { orList, type Values, yes } from '../fill.ts'
import { scalar } from '../../verifier/index.ts'
import { codeAt, insnOf, lastAt, lineAt } from '../source.ts'
import { argumentText, callArguments } from '../text.ts'
import { type Case, placeWords } from './case.ts'
import { fieldGiven } from './memory.ts'
import { withoutSleeping } from './sleeping.ts'

export function callingValues(one: Case): Values {
  const { report } = one
  switch (report.rule) {
    case 'uninitialized':
      return unsetValue(one)
    case 'unlock-none':
    case 'rcu-unmatched':
    case 'preempt-unmatched':
      return { closedBefore: closedBefore(one), lockFailed: lockThatFailed(one) }
    case 'tail-call-return':
      return { wordless: functionWith(one.program, (at) => callee(one.program, at)?.name === 'bpf_tail_call') }
    case 'ld-abs-return':
      return { wordless: functionWith(one.program, (at) => isPacketLoad(one.program, at)) }
    case 'ld-abs-type':
    case 'dynptr-from-mem':
    case 'ld-abs-ref':
    case 'ld-abs-lock':
    case 'ld-abs-rcu':
    case 'ld-abs-preempt':
    case 'ld-abs-irq':
    case 'ld-abs-callback':
      return packetOf(one.program)
    case 'packet-helper':
      return { packetGiven: yes(one.causes.value?.kind.startsWith('pkt')) }
    case 'attach-not-sleepable':
    case 'sleepable-type':
      return { sleepers: sleepersIn(one) }
    case 'argument-type':
    case 'memory-type':
      return argumentWanted(one)
    case 'encoding':
      return { callsPointer: yes(one.program.insns[report.insn]?.op.kind === 'callx') }
    default:
      return {}
  }
}

/** A variable that is passed itself where its address belongs. */
function numberPassed({ details }: Case['report'], text: string | undefined, name: string): string | undefined {
  if (details.reg === undefined) return undefined
  const passed = argumentText(text, name, details.reg - 1)?.replace(/^\([^()]*\)\s*/, '')
  return passed !== undefined && /^[A-Za-z_]\w*$/.test(passed) && passed !== 'NULL' ? passed : undefined
}

/** What helpers take that is no memory of just any kind. */
const fieldsTaken: readonly (readonly [string, string])[] = [
  ['bpf_timer_', 'struct bpf_timer'],
  ['bpf_spin_', 'struct bpf_spin_lock'],
]

function argumentWanted({ report, program, causes }: Case): Values {
  const name = callee(program, report.insn)?.name ?? ''
  return {
    argContext: yes(report.details.expected === 'ctx'),
    memoryWanted: yes(
      /\bfp\b/.test(report.details.expected ?? '') && /\bmap_value\b/.test(report.details.expected ?? ''),
    ),
    ...fieldGiven({ report, program, causes }),
    numberName: numberPassed(report, codeAt(program, report.insn), name),
    argField: fieldsTaken.find(
      ([start]) => name.startsWith(start) && report.details.expected?.includes('map_value'),
    )?.[1],
  }
}

const isPacketLoad = ({ insns }: LinkedProgram, at: number): boolean =>
  insns[at]!.op.kind === 'ld_abs' || insns[at]!.op.kind === 'ld_ind'

/** What kind of packet programs of this type are given. */
function packetOf({ type }: LinkedProgram): Values {
  const skb = /SCHED_|CGROUP_SKB|SOCKET_FILTER|LWT_|SK_SKB|NETFILTER/.test(type)
  return {
    packetXdp: yes(type === 'BPF_PROG_TYPE_XDP'),
    packetSkb: yes(skb),
    packetDynptr:
      type === 'BPF_PROG_TYPE_XDP'
        ? 'bpf_dynptr_from_xdp(ctx, 0, &ptr)'
        : skb
          ? 'bpf_dynptr_from_skb(skb, 0, &ptr)'
          : undefined,
  }
}

/** A register that nothing was written to: the result of a function that ends without one, or an argument. */
function unsetValue({ report, causes, program }: Case): Values {
  const insn = program.insns[report.insn]
  const start = lastAt(program.funcs, report.insn, insnOf)
  const ends = insn?.op.kind === 'exit' && causes.reg === 0
  return {
    unsetResult: yes(ends),
    unsetIn: start === undefined ? undefined : subprogName(program, start.insn),
    unsetArgument: yes(insn?.op.kind === 'call' && (causes.reg ?? 0) >= 1),
    unsetInAsm: yes(/\basm\b/.test(codeAt(program, report.insn) ?? '')),
  }
}

/** Where the section was closed before, on this path. */
function closedBefore({ report, causes: { path }, program }: Case): string | undefined {
  const name = callee(program, report.insn)?.name
  const earlier = path.slice(0, -1).findLast(({ insn }) => callee(program, insn)?.name === name)
  return name === undefined || earlier === undefined ? undefined : placeWords(program, earlier.insn)
}

/** A resilient lock may not be had: its call, where the path is the one on which it failed. */
function lockThatFailed({ report, causes: { path }, program }: Case): string | undefined {
  const name = callee(program, report.insn)?.name
  if (!name?.startsWith('bpf_res_spin_unlock')) return undefined
  const taker = name.replace('unlock', 'lock').replace('restore', 'save')
  const at = path.findLastIndex(({ insn }) => callee(program, insn)?.name === taker)
  const result = path[at + 1]?.regs[0]
  if (at < 0 || result?.kind !== 'scalar' || scalar.smax(result.var) >= 0n) return undefined
  const given = callArguments(codeAt(program, path[at]!.insn) ?? '', taker)
  return given === undefined ? undefined : `${taker}(${given.map((one) => one.trim()).join(', ')})`
}

/** The function that has such an instruction and gives no number back. */
function functionWith(program: LinkedProgram, has: (at: number) => boolean): string | undefined {
  const starts = program.funcs.map(({ insn }) => insn).sort((a, b) => a - b)
  for (const [i, start] of starts.entries()) {
    if (start === 0 || isNumber(resultOf(program, start))) continue
    for (let at = start; at < (starts[i + 1] ?? program.insns.length); at++)
      if (has(at)) return subprogName(program, start)
  }
  return undefined
}

const isNumber = (type: BtfType | undefined): boolean => type?.kind === 'int' || type?.kind === 'enum'

function resultOf({ funcs, btf }: LinkedProgram, start: number): BtfType | undefined {
  const record = funcs.find(({ insn }) => insn === start)
  if (record === undefined || btf === undefined || record.typeId >= btf.count) return undefined
  const func = btf.type(record.typeId)
  const proto = func.kind === 'func' ? btf.type(func.type) : undefined
  return proto?.kind === 'func_proto' ? resolveType(btf, proto.ret) : undefined
}

/** Calls of a sleepable program that are why it is one: what may sleep, and does the same without. */
function sleepersIn({ program, kernel }: Case): string | undefined {
  const found = new Set<string>()
  program.insns.forEach((_, at) => {
    const contract = contractAt(program, kernel, at)
    if (contract?.effects.sleeps !== true) return
    const without = withoutSleeping.get(contract.name)
    const line = lineAt(program, at)
    found.add(
      `${contract.name}()${line === undefined ? '' : ` on line ${line.line}`}${without === undefined ? '' : `, in whose place ${without}() does not wait`}`,
    )
  })
  return found.size === 0 ? undefined : orList([...found]).replace(' or ', ' and ')
}
