// SPDX-License-Identifier: Apache-2.0
// A field of a kernel object that is a pointer in C, and a number to the verifier: it follows pointers to structs only.

import { formatType, memberAt, pointee, resolveType } from '../../btf/index.ts'
import { scalar } from '../../verifier/index.ts'
import type { Values } from '../fill.ts'
import { structName } from '../words.ts'
import type { Case } from './case.ts'

export function followedValues({ report, causes, program }: Case): Values {
  const { path, origin, value } = causes
  const from = path[origin]
  const insn = from === undefined ? undefined : program.insns[from.insn]
  if (report.rule !== 'invalid-access' || value?.kind !== 'scalar' || insn?.op.kind !== 'load') return {}
  const base = from!.regs[insn.src]!
  if (base.kind !== 'btf' || base.btf === undefined || base.btfId === 0 || !scalar.isConst(base.var)) return {}
  const member = memberAt(base.btf, base.btfId, base.off + insn.off + scalar.constNumber(base.var))
  const pointed = member === undefined ? undefined : pointee(base.btf, member.type)
  const kind = pointed === undefined ? undefined : resolveType(base.btf, pointed).kind
  if (member === undefined || kind === undefined || kind === 'struct' || kind === 'union') return {}
  return { plainField: member.name, plainOf: structName(base), plainType: formatType(base.btf, member.type) }
}
