// SPDX-License-Identifier: Apache-2.0
// The structs in which programs see sockets: bpf_sock, bpf_tcp_sock and their kin have few fields, whatever the pointer is cast to in C.

import { memberNamed } from '../../btf/index.ts'
import { type Values, yes } from '../fill.ts'
import { codeAt } from '../source.ts'
import type { Case } from './case.ts'

const structs: ReadonlyMap<string, string> = new Map([
  ['sock', 'struct bpf_sock'],
  ['sock_common', 'struct bpf_sock'],
  ['tcp_sock', 'struct bpf_tcp_sock'],
  ['xdp_sock', 'struct bpf_xdp_sock'],
])

export function socketValues({ report, causes, program, kernel }: Case): Values {
  const { value } = causes
  const sockStruct = structs.get(value?.kind ?? '')
  if (report.rule !== 'sock-access' || value === undefined || sockStruct === undefined) return {}
  const field = /->\s*(\w+)(?!.*->)/.exec(codeAt(program, report.insn) ?? '')?.[1]
  const isIn = (struct: string): boolean => {
    const id = field === undefined ? undefined : kernel.btf.find(struct, 'struct')
    return id !== undefined && memberNamed(kernel.btf, id, field!) !== undefined
  }
  const kind = program.insns[report.insn]?.op.kind
  return {
    sockStruct,
    sockWrite: yes(kind === 'store' || kind === 'atomic'),
    sockCommon: yes(value.kind === 'sock_common' && isIn('bpf_sock')),
    sockTcp: yes(value.kind.startsWith('sock') && !isIn('bpf_sock') && (isIn('bpf_tcp_sock') || isIn('tcp_sock'))),
  }
}
