// SPDX-License-Identifier: Apache-2.0
// What of a program decides which kfuncs, helpers and fields it may use.

import type { ProgramTraits } from '../../kernel/index.ts'
import type { LinkedProgram } from '../../object/index.ts'

/** As if its licence were compatible: what would be allowed then. */
export const traitsOf = (program: LinkedProgram): ProgramTraits => ({
  type: program.type,
  attachType: program.attachType,
  sleepable: program.sleepable,
  gpl: true,
  attachName: program.attach?.name,
  attachBtfId: program.attach?.btfId,
  ...(program.attach === undefined ? {} : { attachBtf: program.attach.btf }),
  ...(program.structOps === undefined
    ? {}
    : { structOps: { typeName: program.structOps.typeName, member: program.structOps.member } }),
})
