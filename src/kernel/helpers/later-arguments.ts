// SPDX-License-Identifier: Apache-2.0
// Arguments of which later kernels say more.
import type { GateName } from '../gates.ts'
import { kernelGates } from '../kernel-gates.ts'
import type { HelperProto } from '../types.ts'

/** Helper, argument counted from one, its type. */
type Row = readonly [key: string, argument: number, type: string]

/** Of memory whether the helper reads it or writes it. The prototypes of kernel/trace, net/core and kernel/bpf, Linux 7.3. */
const memory: readonly Row[] = [
  ['d_path', 2, 'ARG_PTR_TO_MEM|MEM_WRITE'],
  ['fib_lookup', 2, 'ARG_PTR_TO_MEM|MEM_WRITE'],
  ['get_stack:raw_tp', 2, 'ARG_PTR_TO_UNINIT_MEM'],
  ['kallsyms_lookup_name', 1, 'ARG_PTR_TO_MEM|MEM_RDONLY'],
  ['read_branch_records', 2, 'ARG_PTR_TO_MEM_OR_NULL|MEM_WRITE'],
  ['snprintf', 1, 'ARG_PTR_TO_MEM_OR_NULL|MEM_WRITE'],
  ['snprintf_btf', 1, 'ARG_PTR_TO_MEM|MEM_WRITE'],
  ['sysctl_get_name', 2, 'ARG_PTR_TO_MEM|MEM_WRITE'],
  ['tcp_raw_check_syncookie_ipv4', 1, 'ARG_PTR_TO_FIXED_SIZE_MEM|MEM_RDONLY'],
  ['tcp_raw_check_syncookie_ipv4', 2, 'ARG_PTR_TO_FIXED_SIZE_MEM|MEM_RDONLY'],
  ['tcp_raw_check_syncookie_ipv6', 1, 'ARG_PTR_TO_FIXED_SIZE_MEM|MEM_RDONLY'],
  ['tcp_raw_check_syncookie_ipv6', 2, 'ARG_PTR_TO_FIXED_SIZE_MEM|MEM_RDONLY'],
  ['tcp_raw_gen_syncookie_ipv4', 1, 'ARG_PTR_TO_FIXED_SIZE_MEM|MEM_RDONLY'],
  ['tcp_raw_gen_syncookie_ipv4', 2, 'ARG_PTR_TO_MEM|MEM_RDONLY'],
  ['tcp_raw_gen_syncookie_ipv6', 1, 'ARG_PTR_TO_FIXED_SIZE_MEM|MEM_RDONLY'],
  ['tcp_raw_gen_syncookie_ipv6', 2, 'ARG_PTR_TO_MEM|MEM_RDONLY'],
]

/** kernel/bpf/bpf_iter.c of 6.12.117. */
const numbers: readonly Row[] = [['loop', 1, 'ARG_SCALAR']]

const changes = [
  { gate: kernelGates.helperMemoryFlags, rows: memory, made: new WeakMap<HelperProto, HelperProto>() },
  { gate: kernelGates.loopCountNumber, rows: numbers, made: new WeakMap<HelperProto, HelperProto>() },
]

/** The prototype as a kernel with these gates has it. `key`: the helper's name without 'bpf_', and its variant. */
export function withLaterArguments(key: string, proto: HelperProto, gate: (name: GateName) => boolean): HelperProto {
  let now = proto
  for (const change of changes) if (gate(change.gate)) now = changed(change, key, now)
  return now
}

function changed({ rows, made }: (typeof changes)[number], key: string, proto: HelperProto): HelperProto {
  const types = new Map(rows.flatMap(([of, argument, type]) => (of === key ? [[argument - 1, type] as const] : [])))
  if (types.size === 0) return proto
  const known = made.get(proto)
  if (known !== undefined) return known
  const later = { ...proto, args: proto.args.map((arg, i) => ({ ...arg, type: types.get(i) ?? arg.type })) }
  made.set(proto, later)
  return later
}
