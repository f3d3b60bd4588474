// SPDX-License-Identifier: Apache-2.0
// bpf_get_func_ip is offered to every tracing program, and works in those that are called in a function's stead or at a probe.
import { progType, trampolineTypes } from '../../../uapi/index.ts'
import type { HelperContract } from '../../program/contract/contract.ts'
import type { Program } from '../../program/program.ts'
import { violate } from '../../violations/raise.ts'

/** Once everything else about the call is found right: has this program a function whose address there is to tell? */
export function requireFunctionEntered({ linked: prog }: Program, { name, id }: HelperContract): void {
  const { type, attachType } = prog
  const details = { helper: name, id }
  if (type === 'BPF_PROG_TYPE_KPROBE') return
  if (type !== 'BPF_PROG_TYPE_TRACING')
    violate('helper-not-allowed', { form: 'func-ip-type', ...details, progType: progType(type)?.id ?? 0 })
  if (!trampolineTypes.has(attachType ?? '')) violate('helper-not-allowed', { form: 'func-ip-attach', ...details })
}
