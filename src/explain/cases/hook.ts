// SPDX-License-Identifier: Apache-2.0
// Where the program attaches, and which hooks like it would take it.

import { orList, type Values } from '../fill.ts'
import { nearHooks } from '../near.ts'
import type { Case } from './case.ts'

export function hookValues({ report, program, kernel }: Case): Values {
  const name = program.attach?.name.replace(/^bpf_lsm_|^btf_trace_/, '')
  return {
    attachName: name,
    opsType: program.structOps?.typeName,
    opsMember: program.structOps?.member,
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
