// SPDX-License-Identifier: Apache-2.0
// What of a program decides which helpers, kfuncs and context fields it may use, as the kernel's questions take it.

import type { ProgramTraits } from '../../kernel/index.ts'
import type { LinkedProgram } from '../../object/index.ts'

/** The traits of a program, its licence among them. */
export const programTraits = (prog: LinkedProgram): ProgramTraits => ({
  type: prog.type,
  attachType: prog.attachType,
  sleepable: prog.sleepable,
  gpl: isGpl(prog.license),
  attachName: prog.attach?.name,
  attachBtfId: prog.attach?.btfId,
  ...(prog.attach === undefined ? {} : { attachBtf: prog.attach.btf }),
  ...(prog.attach?.program === undefined
    ? {}
    : { target: { type: prog.attach.program.type, attachType: prog.attach.program.attachType } }),
  ...(prog.structOps === undefined
    ? {}
    : { structOps: { typeName: prog.structOps.typeName, member: prog.structOps.member } }),
})

const gplLicenses = ['GPL', 'GPL v2', 'GPL and additional rights', 'Dual BSD/GPL', 'Dual MIT/GPL', 'Dual MPL/GPL']
const isGpl = (license: string): boolean => gplLicenses.includes(license)
