// SPDX-License-Identifier: Apache-2.0
// Helpers that tell: time, CPU, chance, arguments of what is traced.

import { model, type Models } from '../core/abi.ts'
import { CPU_CELL } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { jiffies64 } from '../core/jiffies.ts'

const time = model([], 'i64', (core) => () => core.clock.now)

export const infoHelpers: Models = {
  bpf_ktime_get_ns: time,
  bpf_ktime_get_boot_ns: time,
  bpf_ktime_get_coarse_ns: time,
  bpf_ktime_get_tai_ns: time,
  bpf_jiffies64: model([], 'i64', (core) => () => jiffies64(core)),
  bpf_get_prandom_u32: model([], 'u32', (core) => () => core.random() | 0),
  bpf_get_smp_processor_id: {
    ...model([], 'u32', (core) => () => core.cpu),
    inline: { kind: 'word', address: CPU_CELL },
  },
  bpf_get_numa_node_id: model([], 'u32', () => () => 0),
  bpf_get_func_arg: model(['i32', 'i32', 'i32'], 's32', (core) => (context, index, to) => {
    const { memory } = core
    const count = Number(memory.number(context - 8, 8))
    if (index >>> 0 >= count) return -errno.EINVAL
    memory.setNumber(to, 8, memory.number(context + index * 8, 8))
    return 0
  }),
  bpf_get_func_arg_cnt: model(['i32'], 'i64', (core) => (context) => core.memory.number(context - 8, 8)),
  bpf_get_func_ret: model(['i32', 'i32'], 's32', (core) => (context, to) => {
    const { memory } = core
    const { attachType } = core.current!
    if (attachType !== 'BPF_TRACE_FEXIT' && attachType !== 'BPF_MODIFY_RETURN') return -errno.EOPNOTSUPP
    memory.setNumber(to, 8, memory.number(context + 8 * Number(memory.number(context - 8, 8)), 8))
    return 0
  }),
}
