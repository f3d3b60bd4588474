// SPDX-License-Identifier: Apache-2.0
// What a program may return, by type and attach type: check_return_code of kernel/bpf/verifier.c, Linux 6.12.
// Messages: 'At program exit the register R0 has … should have been in [min, max]'; where R0 is no scalar,
// 'At program exit the register R0 is not a known value (TYPE)'; a pointer, 'R0 leaks addr as return value'.
import { asReplaced } from '../extension.ts'
import { type Btf, resolveType } from '../../btf/index.ts'
import { type ContextFacts, isHookIn } from './facts.ts'
import type { ProgramTraits } from '../types.ts'
import { attachProto } from './target.ts'

export type ReturnRule =
  /** The attached function returns nothing: R0 is not looked at. */
  | { readonly kind: 'unread' }
  /** R0 must be readable and no pointer. */
  | { readonly kind: 'any' }
  | {
      readonly kind: 'range'
      readonly min: number
      readonly max: number
      /** Compared as 32 bits. */
      readonly bits32?: true
      /** Returned values within fix the attach type. */
      readonly enforceAttach?: readonly [number, number]
      /** A line the kernel adds to the rejection. */
      readonly note?: string
    }

type ReturnFacts = Pick<ContextFacts, 'btf' | 'functionSet'>

const any: ReturnRule = { kind: 'any' }
const range = (min: number, max: number): ReturnRule => ({ kind: 'range', min, max })

/** Address hooks that cannot refuse. */
const mustAllow = new Set(
  `UDP4_RECVMSG UDP6_RECVMSG UNIX_RECVMSG INET4_GETPEERNAME INET6_GETPEERNAME UNIX_GETPEERNAME INET4_GETSOCKNAME
  INET6_GETSOCKNAME UNIX_GETSOCKNAME`
    .split(/\s+/)
    .map((name) => `BPF_CGROUP_${name}`),
)

/** The rule for the value at program exit (and for bpf_throw's cookie without an exception callback). */
export function returnRule(kernel: ReturnFacts, program: ProgramTraits): ReturnRule {
  const { btf } = kernel
  const { type, attachType } = asReplaced(program)
  const attach = attachType ?? ''
  switch (type) {
    case 'BPF_PROG_TYPE_STRUCT_OPS':
      return returnsVoid(btf, program) ? { kind: 'unread' } : any
    case 'BPF_PROG_TYPE_CGROUP_SOCK_ADDR':
      if (mustAllow.has(attach)) return range(1, 1)
      return attach === 'BPF_CGROUP_INET4_BIND' || attach === 'BPF_CGROUP_INET6_BIND' ? range(0, 3) : range(0, 1)
    case 'BPF_PROG_TYPE_CGROUP_SKB':
      return attach === 'BPF_CGROUP_INET_EGRESS'
        ? { kind: 'range', min: 0, max: 3, enforceAttach: [2, 3] }
        : range(0, 1)
    case 'BPF_PROG_TYPE_CGROUP_SOCK':
    case 'BPF_PROG_TYPE_SOCK_OPS':
    case 'BPF_PROG_TYPE_CGROUP_DEVICE':
    case 'BPF_PROG_TYPE_CGROUP_SYSCTL':
    case 'BPF_PROG_TYPE_CGROUP_SOCKOPT':
    case 'BPF_PROG_TYPE_SK_LOOKUP':
    case 'BPF_PROG_TYPE_NETFILTER':
      return range(0, 1)
    case 'BPF_PROG_TYPE_RAW_TRACEPOINT':
      return program.attachBtfId ? range(0, 0) : any
    case 'BPF_PROG_TYPE_TRACING':
      if (/^BPF_TRACE_(FENTRY|FEXIT|FSESSION)(_MULTI)?$/.test(attach)) return range(0, 0)
      return attach === 'BPF_TRACE_ITER' ? range(0, 1) : any
    case 'BPF_PROG_TYPE_KPROBE':
      return attach === 'BPF_TRACE_KPROBE_SESSION' || attach === 'BPF_TRACE_UPROBE_SESSION' ? range(0, 1) : any
    case 'BPF_PROG_TYPE_LSM':
      return lsmRule(kernel, program)
    default:
      return any
  }
}

/** The range alone; undefined where any value will do. */
export function returnRange(
  kernel: ReturnFacts,
  program: ProgramTraits,
): { readonly min: number; readonly max: number } | undefined {
  const rule = returnRule(kernel, program)
  return rule.kind === 'range' ? rule : undefined
}

function lsmRule(kernel: ReturnFacts, program: ProgramTraits): ReturnRule {
  const nothing = returnsVoid(kernel.btf, program)
  if (program.attachType === 'BPF_LSM_CGROUP') {
    if (!nothing) return range(0, 1)
    return {
      kind: 'range',
      min: 1,
      max: 1,
      note: "Note, BPF_LSM_CGROUP that attach to void LSM hooks can't modify return value!",
    }
  }
  if (nothing) return { kind: 'unread' }
  return { kind: 'range', ...lsmHookRange(kernel, program), bits32: true }
}

/** What an LSM hook may return: 0 or an error, or a truth value for a few. */
export function lsmHookRange(
  kernel: Pick<ContextFacts, 'functionSet'>,
  program: ProgramTraits,
): { readonly min: number; readonly max: number } {
  return isHookIn(kernel, 'bool_lsm_hooks', program.attachName) ? { min: 0, max: 1 } : { min: -4095, max: 0 }
}

function returnsVoid(btf: Btf, program: ProgramTraits): boolean {
  const target = attachProto(btf, program)
  return target !== undefined && resolveType(target.btf, target.proto.ret).kind === 'void'
}
