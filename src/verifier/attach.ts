// SPDX-License-Identifier: Apache-2.0
// May this program attach where it says: sleepable hooks, modifiable returns.

import type { Env } from './env.ts'
import { reject } from './report.ts'

const mayBeSleepable = new Set(['BPF_PROG_TYPE_TRACING', 'BPF_PROG_TYPE_LSM', 'BPF_PROG_TYPE_KPROBE', 'BPF_PROG_TYPE_STRUCT_OPS'])

export function checkAttach(env: Env): void {
  const { prog, kernel } = env
  const name = prog.attach?.name ?? ''
  if (prog.type === 'BPF_PROG_TYPE_SYSCALL') {
    if (!prog.sleepable) reject('syscall-sleepable', 'Syscall programs can only be sleepable')
    return
  }
  if (prog.sleepable && !mayBeSleepable.has(prog.type)) {
    reject('sleepable-type', 'Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable')
  }
  if (prog.type !== 'BPF_PROG_TYPE_TRACING' && prog.type !== 'BPF_PROG_TYPE_LSM') return
  const { attachType } = prog
  if (prog.sleepable && attachType !== 'BPF_TRACE_ITER' && attachType !== 'BPF_TRACE_RAW_TP' && !kernel.sleepableAt(prog.type, name)) {
    reject('attach-not-sleepable', `${name} is not sleepable`)
  }
  if (attachType === 'BPF_MODIFY_RETURN' && prog.attach !== undefined && !kernel.modifiable(name)) reject('attach-modify', `${name}() is not modifiable`)
}
