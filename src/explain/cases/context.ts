// SPDX-License-Identifier: Apache-2.0
// An access to the context: which field or argument it is, who may read or write it, what this program may instead.

import { formatType, memberAt, pointee, resolveType } from '../../btf/index.ts'
import { attachProto, contextField, contextStruct } from '../../kernel/index.ts'
import { helperId, sectionRules } from '../../uapi/index.ts'
import { scalar } from '../../verifier/index.ts'
import { traitsOf } from '../allowed.ts'
import { orList, type Values, yes } from '../fill.ts'
import { codeAt } from '../source.ts'
import { innermost } from '../violations.ts'
import { paramsOf } from './calls.ts'
import type { Case } from './case.ts'

export function contextValues(one: Case): Values {
  const broken = innermost(one.report.violation)
  if (one.causes.value?.kind === 'ctx' && moved.has(one.report.rule)) return joinedReads(one)
  if (broken?.id !== 'ctx-access' || !('off' in broken.params)) return {}
  const { off } = broken.params
  const size = 'size' in broken.params ? broken.params.size : 0
  const insn = one.program.insns[one.report.insn]
  const write = insn?.op.kind === 'store' || insn?.op.kind === 'atomic'
  const declared = declaredOtherwise(one)
  if (declared !== undefined) return declared
  return { ...argumentOf(one, off), ...fieldOf(one, off, size, { write }) }
}

const moved: ReadonlySet<string> = new Set(['modified-pointer', 'negative-offset', 'variable-pointer'])

/** Did the compiler move the pointer, where each branch of the C reads a field by its name? */
function joinedReads({ report, causes: { value }, program }: Case): Values {
  const text = codeAt(program, report.insn) ?? ''
  const isLoad = program.insns[report.insn]?.op.kind === 'load'
  const joined = isLoad && scalar.isConst(value!.var) && !/\[|[+*]/.test(text)
  return { ctxJoined: yes(joined), notCtxJoined: yes(!joined) }
}

const contexts: ReadonlySet<string> = new Set([
  '__sk_buff',
  'xdp_md',
  'bpf_sock',
  'bpf_sock_addr',
  'bpf_sock_ops',
  'bpf_sockopt',
  'bpf_sysctl',
  'sk_msg_md',
  'sk_reuseport_md',
  'bpf_sk_lookup',
])

/** What C calls the context: a flow dissector sees three fields of an skb. */
const seenAs = (struct: string | undefined): string | undefined => (struct === 'flow_dissector' ? '__sk_buff' : struct)

/** The program declares the context of another program type. */
function declaredOtherwise({ program }: Case): Values | undefined {
  const { btf } = program
  const param = paramsOf(program, 0)[0]
  const pointed = btf === undefined || param === undefined ? undefined : pointee(btf, param)
  const type = pointed === undefined ? undefined : resolveType(btf!, pointed)
  const own = seenAs(contextStruct(traitsOf(program)))
  return type?.kind === 'struct' && contexts.has(type.name) && own !== undefined && type.name !== own
    ? { ctxDeclared: `struct ${type.name}`, ctxStruct: `struct ${own}` }
    : undefined
}

/** Arguments of the hook, where the context is nothing else. */
function argumentOf({ program, kernel, report: { insn: at } }: Case, off: number): Values {
  if (!/^(?:tp_btf|fentry|fexit|fmod_ret|lsm|struct_ops)/.test(program.section) || off < 0 || off % 8 !== 0) return {}
  const target = attachProto(kernel.btf, traitsOf(program))
  if (target === undefined) return {}
  const params = target.proto.params.slice(target.skip)
  const index = off / 8
  const param = params[index]
  if (param === undefined)
    return {
      ptRegs: yes(/\bPT_REGS_/.test(codeAt(program, at) ?? '')),
      hookArgs: `${target.name} has ${params.length === 0 ? 'no arguments' : params.length === 1 ? 'one argument' : `${params.length} arguments`}${
        params.length === 0
          ? ''
          : `: ${params.map(({ name, type }, i) => name || `argument ${i} (${formatType(target.btf, type)})`).join(', ')}`
      }${/^f(?:exit|mod_ret)/.test(program.section) ? ', and what it returns after them' : ''}`,
    }
  const pointed = pointee(target.btf, param.type)
  if (pointed === undefined) return {}
  const type = resolveType(target.btf, pointed)
  if (type.kind === 'struct' || type.kind === 'union') return {}
  const spelled =
    type.kind === 'void' ? 'void *' : type.kind === 'fwd' ? `struct ${type.name} *` : `${type.name || type.kind} *`
  return {
    hookArg: `argument ${index}, ${param.name || 'unnamed'}, is a ${spelled}`,
    hookArgIndex: index.toString(),
    hookArgName: param.name || 'arg',
  }
}

/** A field of a context that is a table of fields. */
function fieldOf(
  { program, kernel, report: { insn: at } }: Case,
  off: number,
  size: number,
  { write }: { readonly write: boolean },
): Values {
  const traits = traitsOf(program)
  const found = contextField(traits, off)
  if (found === undefined)
    return program.type === 'BPF_PROG_TYPE_FLOW_DISSECTOR'
      ? { ctxOnlyField: fieldNameAt('__sk_buff', off, kernel), ctxOnly: 'data, data_end and flow_keys' }
      : {}
  const { field, struct } = found
  const whole = off === field.off && size === field.size
  const { mayRead, mayWrite, others } = found
  // a row of the table may stand for an array of fields of four bytes each
  const own = field.read === 'cell' ? 4 : field.size
  const named = (at: number): string | undefined =>
    fieldNameAt(struct, at, kernel) ?? contextField(traits, at)?.field.name
  const joined = size > own ? [off, off + own].map(named) : []
  return {
    ctxField: `${struct}->${own === field.size ? field.name : (named(off) ?? field.name)}`,
    ctxSize: mayRead && !write && !whole ? own.toString() : undefined,
    ctxWriteSize: mayWrite && write && !whole ? own.toString() : undefined,
    ctxMerged: joined.every((name) => name !== undefined) ? joined.join(' and ') : undefined,
    ctxWriteOnlyRead: yes(write && mayRead && !mayWrite),
    ctxWritable: write ? orList(found.writable) || 'none' : undefined,
    ctxOthers: mayRead ? undefined : orList([...new Set(others.map(hookWords))]),
    packetCopy: yes(!write && /^data(?:_end)?$/.test(field.name) && mayCopy(program, kernel)),
    ctxName: /\b(\w+)->data(?:_end)?\b/.exec(codeAt(program, at) ?? '')?.[1] ?? 'skb',
    packetField:
      mayRead || struct !== '__sk_buff' ? undefined : inPacket.get(field.name.replace(/^(?:remote|local)_/, '')),
    ctxTwin: mayRead ? undefined : found.readable.find((name) => twin(name) === twin(field.name)),
  }
}

/** Where a packet has what only some programs are shown as a field. */
const inPacket: ReadonlyMap<string, string> = new Map([
  ['family', 'skb->protocol says which, bpf_htons(ETH_P_IP) or bpf_htons(ETH_P_IPV6)'],
  ['ip4', 'saddr and daddr of struct iphdr; the remote address is saddr on the way in, daddr on the way out'],
  ['ip6', 'saddr and daddr of struct ipv6hdr; the remote address is saddr on the way in, daddr on the way out'],
  ['port', 'source and dest of struct tcphdr or udphdr; the remote port is source on the way in, dest on the way out'],
])

/** May the program copy the packet’s bytes out? */
const mayCopy = (program: Case['program'], kernel: Case['kernel']): boolean =>
  kernel.helper(helperId('bpf_skb_load_bytes') ?? -1, traitsOf(program)).ok

/** The field by the kernel's own types; what the table has no row for. */
function fieldNameAt(struct: string, off: number, { btf }: Case['kernel']): string | undefined {
  const id = btf.find(struct, 'struct')
  return id === undefined ? undefined : memberAt(btf, id, off)?.name || undefined
}

/** `src_ip4` and `src_ip6` are each other's. */
const twin = (name: string): string => name.replace(/[46]/, '')

/** 'BPF_CGROUP_INET4_POST_BIND' → 'cgroup/post_bind4'; 'BPF_PROG_TYPE_XDP' → 'xdp'. */
function hookWords(name: string): string {
  const type = /^BPF_PROG_TYPE_(.*)$/.exec(name)?.[1]
  if (type !== undefined) return `${type.toLowerCase()} programs`
  const section = sectionRules
    .filter((row) => row.attach === name && !row.flags.includes('sleepable'))
    .sort((a, b) => a.section.length - b.section.length)[0]?.section
  return section === undefined ? name : `SEC("${section}")`
}
