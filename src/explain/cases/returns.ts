// SPDX-License-Identifier: Apache-2.0
// What a program may return, and what its type takes for 'nothing to do here'.

import { returnRange } from '../../kernel/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import { helperId } from '../../uapi/index.ts'
import { traitsOf } from '../allowed.ts'
import { type Values, yes } from '../fill.ts'
import { type RegState, scalar } from '../../verifier/index.ts'
import { innermost } from '../violations.ts'
import type { Case } from './case.ts'

/** By program type: what returning changes nothing; 0 for the rest. */
const neutral: ReadonlyMap<string, string> = new Map([
  ['BPF_PROG_TYPE_XDP', 'XDP_PASS'],
  ['BPF_PROG_TYPE_CGROUP_SKB', '1'],
  ['BPF_PROG_TYPE_CGROUP_SOCK', '1'],
  ['BPF_PROG_TYPE_CGROUP_SOCK_ADDR', '1'],
  ['BPF_PROG_TYPE_CGROUP_SYSCTL', '1'],
  ['BPF_PROG_TYPE_CGROUP_DEVICE', '1'],
  ['BPF_PROG_TYPE_CGROUP_SOCKOPT', '1'],
  ['BPF_PROG_TYPE_SOCK_OPS', '1'],
  ['BPF_PROG_TYPE_SK_LOOKUP', '1'],
  ['BPF_PROG_TYPE_SK_SKB', '1'],
  ['BPF_PROG_TYPE_SK_MSG', '1'],
  ['BPF_PROG_TYPE_NETFILTER', '1'],
])

/** By program type: what 0 and 1 mean. */
const meanings: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['BPF_PROG_TYPE_NETFILTER', ['NF_DROP', 'NF_ACCEPT']],
  ['BPF_PROG_TYPE_SK_LOOKUP', ['SK_DROP', 'SK_PASS']],
  ['BPF_PROG_TYPE_SK_SKB', ['SK_DROP', 'SK_PASS']],
  ['BPF_PROG_TYPE_SK_MSG', ['SK_DROP', 'SK_PASS']],
  ['BPF_PROG_TYPE_SK_REUSEPORT', ['SK_DROP', 'SK_PASS']],
])

/** What the program returns where it has nothing to say: XDP_PASS, 1 of a cgroup's, NF_ACCEPT; 0 for most. */
export const neutralReturn = (program: LinkedProgram): string => neutral.get(program.type) ?? '0'

export function returnValues({ report, program, kernel, causes }: Case): Values {
  const { violation } = report
  const broken = innermost(violation)
  if (broken?.id !== 'return-range') return {}
  const range = returnRange(kernel, traitsOf(program))
  if (broken.params.form === 'told' || broken.params.context !== 'program exit' || range === undefined) return {}
  const lsm = program.type === 'BPF_PROG_TYPE_LSM' && range.min === -4095
  return {
    returnRange: `${range.min} to ${range.max}`,
    returnOnly: range.min === range.max ? range.min.toString() : undefined,
    returnErrors: yes(lsm),
    returned: returnedWords(causes.value),
    returnRefuses: yes(
      range.min === 0 &&
        range.max === 1 &&
        (program.type.startsWith('BPF_PROG_TYPE_CGROUP') || program.attachType === 'BPF_LSM_CGROUP'),
    ),
    returnedError: yes(/^-(?!1$)/.test(returnedWords(causes.value) ?? '')),
    setsRetval: yes(kernel.helper(helperId('bpf_set_retval') ?? -1, traitsOf(program)).ok),
    returnBool: yes(range.min === 0 && range.max === 1),
    returnNames:
      program.attachType === 'BPF_TRACE_ITER'
        ? '0 (continue with the next) or 1 (repeat this one)'
        : range.min === 0 && range.max === 1
          ? meanings
              .get(program.type)
              ?.map((name, i) => `${i} (${name})`)
              .join(' or ')
          : undefined,
  }
}

/** A constant as C has it: an int. */
const returnedWords = (value: RegState | undefined): string | undefined =>
  value?.kind === 'scalar' && scalar.isConst(value.var)
    ? BigInt.asIntN(32, scalar.constValue(value.var)).toString()
    : undefined
