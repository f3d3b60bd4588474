// SPDX-License-Identifier: Apache-2.0
// One question: may this program read or write these bytes of its context, and what does it get?
import { asReplaced } from '../extension.ts'
import type { BytesAccess, CtxAccess, CtxAnswer, ProgramTraits } from '../types.ts'
import { kernelGates } from '../kernel-gates.ts'
import type { ContextFacts } from './facts.ts'
import { argumentAccess } from './btf-args.ts'
import { contextRules, fieldAccess } from './rules.ts'

const refused: CtxAnswer = { ok: false }
const number: CtxAnswer = { ok: true, kind: 'scalar', narrow: true }

/** Bytes of x86-64's struct pt_regs. */
const PT_REGS = 168
/** PERF_MAX_TRACE_SIZE of include/linux/trace_events.h. */
const MAX_TRACE = 8192
/** Twelve arguments of eight bytes. */
const RAW_TRACEPOINT = 96

/**
 * The kernel's is_valid_access for this program type. A refusal's `message` is a line the kernel logs before its usual
 * 'invalid bpf_context access off=%d size=%d'. `signed`: by a sign-extending load.
 */
export function ctxAccess(
  facts: ContextFacts,
  program: ProgramTraits,
  { signed = false, ...bytes }: CtxAccess,
): CtxAnswer {
  const answer = access(facts, program, bytes)
  // A packet pointer kept in 32 bits cannot be sign-extended.
  return signed && answer.ok && answer.kind === 'pointer' ? refused : answer
}

function access(facts: ContextFacts, program: ProgramTraits, { off, size, write }: BytesAccess): CtxAnswer {
  if (off < 0 || size < 1) return refused
  const type = program.type
  if (type === 'BPF_PROG_TYPE_EXT') {
    if (program.target === undefined) return { ok: false, unsupported: 'the program this one replaces is not known' }
    return access(facts, { ...program, ...program.target, target: undefined }, { off, size, write })
  }
  const rule = contextRules.get(type)
  if (rule !== undefined) return fieldAccess(rule, program, { off, size, write })
  switch (type) {
    case 'BPF_PROG_TYPE_TRACING':
    case 'BPF_PROG_TYPE_LSM':
    case 'BPF_PROG_TYPE_STRUCT_OPS':
      return argumentAccess(facts, program, { off, size, write })
    case 'BPF_PROG_TYPE_KPROBE':
      // uprobes may change registers; what is refused where a program of this type attaches elsewhere is refused then
      return (!write || facts.gate(kernelGates.kprobeContextWrites)) && off % size === 0 && off + size <= PT_REGS
        ? number
        : refused
    case 'BPF_PROG_TYPE_TRACEPOINT':
      return !write && off % size === 0 && off >= 8 && off < MAX_TRACE ? number : refused
    case 'BPF_PROG_TYPE_RAW_TRACEPOINT':
    case 'BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE':
      return rawTracepoint(type, { off, size, write })
    case 'BPF_PROG_TYPE_SYSCALL':
      return off < 0xffff && off % size === 0 ? number : refused
    case 'BPF_PROG_TYPE_LIRC_MODE2':
      return !write && off === 0 && size === 4 ? number : refused
    case 'BPF_PROG_TYPE_NETFILTER':
      return netfilter(facts, { off, size, write })
    default:
      return { ok: false, unsupported: `context of ${type}` }
  }
}

function rawTracepoint(type: string, { off, size, write }: BytesAccess): CtxAnswer {
  if (write || off >= RAW_TRACEPOINT || off % size !== 0) return refused
  if (type === 'BPF_PROG_TYPE_RAW_TRACEPOINT' || off !== 0) return number
  return size === 8 ? { ok: true, kind: 'pointer', reg: 'PTR_TO_TP_BUFFER' } : refused
}

/** struct bpf_nf_ctx of include/linux/netfilter.h: { state, skb }. */
function netfilter({ btf: vmlinux }: ContextFacts, { off, size, write }: BytesAccess): CtxAnswer {
  const name = off === 0 ? 'nf_hook_state' : off === 8 ? 'sk_buff' : undefined
  const btfId = name === undefined ? undefined : vmlinux.find(name, 'struct')
  if (write || size !== 8 || btfId === undefined) return refused
  return { ok: true, kind: 'pointer', reg: 'PTR_TO_BTF_ID|PTR_TRUSTED', btf: vmlinux, btfId }
}

/** Programs of this type see a context that the kernel does not have: their accesses are rewritten. */
export const isContextRewritten = (program: ProgramTraits): boolean => {
  const { type } = asReplaced(program)
  return contextRules.has(type) && type !== 'BPF_PROG_TYPE_CGROUP_DEVICE'
}

/** Does this type's context hold pointers to packet bytes that bound checks against PTR_TO_PACKET_END make readable? */
export const convertsPacketPointers = (asked: ProgramTraits): boolean => {
  const program = asReplaced(asked)
  for (const off of [0, 76, 8, 192]) {
    for (const size of [4, 8]) {
      const rule = contextRules.get(program.type)
      const answer = rule === undefined ? undefined : fieldAccess(rule, program, { off, size, write: false })
      if (answer?.ok && answer.kind === 'pointer' && answer.reg === 'PTR_TO_PACKET') return true
    }
  }
  return false
}
