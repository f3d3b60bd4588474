// SPDX-License-Identifier: Apache-2.0
// Where the program attaches, and which hooks like it would take it.

import { formatFunc } from '../../btf/index.ts'
import { isDisabledHook, type Kernel } from '../../kernel/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import type { Violation } from '../../verifier/index.ts'
import { orList, type Values, yes } from '../fill.ts'
import { nearHooks } from '../near.ts'
import type { Case } from './case.ts'

export function hookValues({ report, program, kernel }: Case): Values {
  const name = program.attach?.name.replace(/^bpf_lsm_|^btf_trace_/, '')
  return {
    attachName: name,
    opsType: program.structOps?.typeName,
    opsMember: program.structOps?.member,
    ...replacedValues(report.violation, program),
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

/** freplace: the function that the program is to replace, and what keeps it. */
function replacedValues(violation: Violation | undefined, { attach }: LinkedProgram): Values {
  if (violation?.id !== 'replaced-function' && violation?.id !== 'replaced-prototype') return {}
  const original = attach?.program
  if (attach === undefined || original === undefined) return {}
  const form = violation.id === 'replaced-function' ? violation.params.form : undefined
  const called = original.funcs.flatMap(({ typeId }) => {
    const func = attach.btf.type(typeId)
    return func.kind === 'func' && func.linkage === 'global' ? [func.name] : []
  })
  return {
    original: attach.name,
    originalProgram: original.name,
    originalDeclared: formatFunc(attach.btf, attach.btfId),
    replaceable: orList(called.slice(0, 6)) || undefined,
    replacedMissing: yes(form === 'missing'),
    replacedCallback: yes(form === 'exception-callback'),
    replacedStatic: yes(form === 'static'),
    replacedPacket: yes(form === 'packet'),
    replacedSleeps: yes(form === 'sleeps'),
    replacedAgain: yes(form === 'again'),
    replacedTraced: yes(form === 'traced'),
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
