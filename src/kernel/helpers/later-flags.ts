// SPDX-License-Identifier: Apache-2.0
// Memory arguments whose prototypes said too little until 7.0: since then each says whether the helper reads it or writes it.
import type { HelperProto } from '../types.ts'

/** Helper, argument counted from one, its type. The prototypes of kernel/trace, net/core and kernel/bpf, Linux 7.3. */
const rows: readonly (readonly [key: string, argument: number, type: string])[] = [
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

const changed = new Set(rows.map(([key]) => key))
const made = new WeakMap<HelperProto, HelperProto>()

/** The prototype as it is since 7.0. `key`: the helper's name without 'bpf_', and its variant. */
export function withLaterFlags(key: string, proto: HelperProto): HelperProto {
  if (!changed.has(key)) return proto
  let later = made.get(proto)
  if (later === undefined) {
    const types = new Map(rows.flatMap(([of, argument, type]) => (of === key ? [[argument - 1, type] as const] : [])))
    later = { ...proto, args: proto.args.map((arg, i) => ({ ...arg, type: types.get(i) ?? arg.type })) }
    made.set(proto, later)
  }
  return later
}
