// SPDX-License-Identifier: Apache-2.0
// Pointers kept in global data: no loader fills them in, and what is read from memory is a number.

import { resolveType } from '../../btf/index.ts'
import { scalar } from '../../verifier/index.ts'
import { type Values, yes } from '../fill.ts'
import type { Rejected } from '../notes.ts'
import type { Case } from './case.ts'
import { variableAt } from './object.ts'

export function globalValues(one: Case): Values {
  const found =
    one.report.rule === 'invalid-access' || one.report.rule === 'argument-type' ? pointerInGlobal(one) : undefined
  return found === undefined
    ? {}
    : {
        pointerTable: found.name,
        stringTable: yes(found.ofChars),
        arenaProgram: yes(one.program.maps.some(({ type }) => type === 'BPF_MAP_TYPE_ARENA')),
      }
}

type Looked = Pick<Case, 'program' | 'causes'> & { readonly report: Pick<Rejected, 'rule'> }

/** The global variable, pointer or table of pointers, that the value was read from. */
export function pointerInGlobal({
  causes,
  program,
}: Looked): { readonly name: string; readonly ofChars: boolean } | undefined {
  const { value, path, origin } = causes
  const from = path[origin]
  const insn = from === undefined ? undefined : program.insns[from.insn]
  const { btf } = program
  if (value?.kind !== 'scalar' || insn?.op.kind !== 'load' || btf === undefined) return undefined
  const base = from!.regs[insn.src]!
  const map = base.kind === 'map_value' ? program.maps[base.map] : undefined
  if (map?.internal === undefined) return undefined
  const off =
    base.off + insn.off + (scalar.isConst(base.var) ? scalar.constNumber(base.var) : Number(scalar.umin(base.var)))
  const variable = variableAt(btf, map.section, off)
  if (variable === undefined) return undefined
  let type = resolveType(btf, variable.type)
  for (let depth = 0; type.kind === 'array' && depth < 8; depth++) type = resolveType(btf, type.type)
  if (type.kind !== 'ptr') return undefined
  const target = resolveType(btf, type.type)
  return { name: variable.name, ofChars: target.kind === 'int' && target.size === 1 }
}
