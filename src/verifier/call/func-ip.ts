// SPDX-License-Identifier: Apache-2.0
// bpf_get_func_ip is offered to every tracing program, and works in those that are called in a function's stead or at a probe.
import { progType, trampolineTypes } from '../../uapi/index.ts'
import type { Program } from '../program/program.ts'
import { reject } from '../violations/raise.ts'

export const GET_FUNC_IP = 173

/** Once everything else about the call is found right: has this program a function whose address there is to tell? */
export function requireFunctionEntered({ linked: prog }: Program): void {
  const { type, attachType } = prog
  const func = `func bpf_get_func_ip#${GET_FUNC_IP}`
  const details = { helper: 'bpf_get_func_ip' }
  if (type === 'BPF_PROG_TYPE_KPROBE') return
  if (type !== 'BPF_PROG_TYPE_TRACING')
    reject('helper-not-allowed', `${func} not supported for program type ${progType(type)?.id ?? 0}`, details)
  if (!trampolineTypes.has(attachType ?? ''))
    reject('helper-not-allowed', `${func} supported only for fentry/fexit/fmod_ret programs`, details)
}
