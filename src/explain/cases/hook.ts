// SPDX-License-Identifier: Apache-2.0
// Where the program attaches, and which hooks like it would take it.

import { isDisabledHook, type Kernel } from '../../kernel/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import { orList, type Values } from '../fill.ts'
import { nearHooks } from '../near.ts'
import type { Case } from './case.ts'

export function hookValues({ report, program, kernel }: Case): Values {
  const name = program.attach?.name.replace(/^bpf_lsm_|^btf_trace_/, '')
  return {
    attachName: name,
    opsType: program.structOps?.typeName,
    opsMember: program.structOps?.member,
    ...(report.rule === 'struct-ops-member' ? sleepingMember(program, kernel) : {}),
    ...(report.rule === 'lsm-disabled' && name !== undefined ? closedHook(name, kernel) : {}),
    modifiableNear:
      report.rule !== 'attach-modify' || name === undefined
        ? undefined
        : orList(
            nearHooks(name, 'function', kernel, 60)
              .filter((one) => kernel.modifiable(one))
              .slice(0, 4),
          ),
  }
}

/** A member whose programs may not sleep, or must: what the struct says of it. */
function sleepingMember({ structOps, sleepable, section }: LinkedProgram, kernel: Kernel): Values {
  const kind = structOps === undefined ? undefined : kernel.structOps(structOps.typeName)
  if (structOps === undefined || kind === undefined) return {}
  const { member } = structOps
  if (sleepable && kind.maySleep?.includes(member) === false)
    return { opsAtomic: 'yes', opsMaySleep: orList(kind.maySleep) || undefined }
  return !sleepable && kind.mustSleep?.includes(member) === true
    ? { opsSleeping: section.replace(/^struct_ops/, 'struct_ops.s') }
    : {}
}

/** An LSM hook that is closed: what is called at the same place and may be traced, and hooks of like names. */
function closedHook(name: string, kernel: Kernel): Values {
  const twin = `security_${name}`
  return {
    closedTwin: kernel.btf.find(twin, 'func') === undefined ? undefined : twin,
    openNear:
      orList(
        nearHooks(name, 'lsm', kernel)
          .filter((one) => !isDisabledHook(kernel, `bpf_lsm_${one}`))
          .slice(0, 4),
      ) || undefined,
  }
}
