// SPDX-License-Identifier: Apache-2.0
// May this program attach where it says: sleepable hooks, modifiable returns.

import { disabledLsmHooks } from '../kernel/index.ts'
import type { Env } from './env.ts'
import { reject } from './report.ts'
import { checkStructOps } from './struct-ops.ts'

const sleepableTracing = new Set(['BPF_TRACE_FENTRY', 'BPF_TRACE_FEXIT', 'BPF_MODIFY_RETURN', 'BPF_TRACE_ITER'])
/** With sleepable tracepoints came these. */
const laterSleepableTracing = new Set(['BPF_TRACE_RAW_TP', 'BPF_TRACE_FSESSION'])

function canBeSleepable({ prog, rules }: Env): boolean {
  switch (prog.type) {
    case 'BPF_PROG_TYPE_TRACING':
      return (
        sleepableTracing.has(prog.attachType ?? '') ||
        (rules.sleepableTracepoints && laterSleepableTracing.has(prog.attachType ?? ''))
      )
    case 'BPF_PROG_TYPE_LSM':
      return prog.attachType !== 'BPF_LSM_CGROUP'
    // uprobes
    case 'BPF_PROG_TYPE_KPROBE':
    case 'BPF_PROG_TYPE_STRUCT_OPS':
      return true
    case 'BPF_PROG_TYPE_RAW_TRACEPOINT':
    case 'BPF_PROG_TYPE_TRACEPOINT':
      return rules.sleepableTracepoints
    default:
      return false
  }
}

export function checkAttach(env: Env): void {
  const { prog, kernel } = env
  const name = prog.attach?.name ?? ''
  if (prog.type === 'BPF_PROG_TYPE_STRUCT_OPS') checkStructOps(env)
  if (prog.type === 'BPF_PROG_TYPE_SYSCALL') {
    if (!prog.sleepable) reject('syscall-sleepable', 'Syscall programs can only be sleepable')
    return
  }
  if (prog.sleepable && !canBeSleepable(env)) {
    reject(
      'sleepable-type',
      env.rules.sleepableTracepoints
        ? 'Program of this type cannot be sleepable'
        : 'Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable',
    )
  }
  if (prog.type !== 'BPF_PROG_TYPE_TRACING' && prog.type !== 'BPF_PROG_TYPE_LSM') return
  const { attachType } = prog
  if (prog.type === 'BPF_PROG_TYPE_TRACING' && prog.attach?.kernel) {
    if (kernel.functionSet('btf_id_deny').has(name)) reject('attach-denied', '')
    if (
      (attachType === 'BPF_TRACE_FEXIT' || attachType === 'BPF_MODIFY_RETURN') &&
      kernel.functionSet('noreturn_deny').has(name)
    ) {
      reject('attach-noreturn', 'Attaching fexit/fmod_ret to __noreturn functions is rejected.')
    }
  }
  if (prog.type === 'BPF_PROG_TYPE_LSM') {
    if (!env.traits.gpl) reject('lsm-gpl', 'LSM programs must have a GPL compatible license')
    if (disabledLsmHooks.has(name.replace(/^bpf_lsm_/, ''))) {
      reject('lsm-disabled', `attach_btf_id ${prog.attach?.btfId} points to disabled hook ${name}`)
    }
  }
  if (
    prog.sleepable &&
    attachType !== 'BPF_TRACE_ITER' &&
    attachType !== 'BPF_TRACE_RAW_TP' &&
    !kernel.sleepableAt(prog.type, name)
  ) {
    reject('attach-not-sleepable', `${name} is not sleepable`)
  }
  if (attachType === 'BPF_MODIFY_RETURN' && prog.attach !== undefined && !kernel.modifiable(name))
    reject('attach-modify', `${name}() is not modifiable`)
}
