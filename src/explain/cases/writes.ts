// SPDX-License-Identifier: Apache-2.0
// A kernel object is read or written where it must not be: which fields may be, how large the struct is, what a cast would need.

import { sizeOf } from '../../btf/index.ts'
import { orList, type Values, yes } from '../fill.ts'
import { codeAt } from '../source.ts'
import { structName } from '../words.ts'
import { type PathStep, scalar } from '../../verifier/index.ts'
import { type Case, plural } from './case.ts'

/** A call that would read a kernel object as plain memory. */
function objectGiven(step: PathStep | undefined): Values {
  const index = [1, 2, 3, 4].find((reg) => step?.regs[reg]?.kind === 'btf')
  const [object, size] = index === undefined ? [] : [step!.regs[index]!, step!.regs[index + 1]!]
  if (object === undefined || size?.kind !== 'scalar' || !scalar.isConst(size.var)) return {}
  return { objectGiven: structName(object), objectBytes: plural(scalar.constNumber(size.var), 'byte') }
}

/** An iterator over a map or storage writes to the key of an element: `*ctx->key`. */
function iteratedKey({ causes: { value, path, origin }, program }: Case): Values {
  const from = path[origin]
  const isField = value?.kind === 'buf' && from?.regs[program.insns[from.insn]!.src]?.kind === 'ctx'
  return isField ? { iteratedKey: /\b\w+->key\b/.exec(codeAt(program, from.insn) ?? '')?.[0] } : {}
}

export function structValues(one: Case): Values {
  const { report, causes, program, kernel } = one
  const { value } = causes
  if (report.rule === 'write-rdonly') return iteratedKey(one)
  const insn = program.insns[report.insn]
  if (report.rule === 'btf-access' && insn?.op.kind === 'call') return objectGiven(causes.path.at(-1))
  if (value?.kind !== 'btf' || value.btf === undefined || value.btfId === 0) return {}
  const struct = structName(value)
  switch (report.rule) {
    case 'btf-access': {
      const size = sizeOf(value.btf, value.btfId)
      return {
        structSize: size?.toString(),
        readAtByte: insn === undefined ? undefined : (value.off + insn.off).toString(),
      }
    }
    case 'btf-write': {
      const kind = kernel.structOps(program.structOps?.typeName ?? '')
      const rules = kind?.writes ?? []
      const own = rules.find((rule) => rule.struct === struct || rule.alias === struct)
      return {
        writableFields: own?.fields === undefined ? undefined : orList(own.fields.map(({ path }) => path)),
        writableStructs:
          own !== undefined || rules.length === 0 ? undefined : orList(rules.map((rule) => `struct ${rule.struct}`)),
        conntrack: yes(struct.startsWith('nf_conn') && kernel.kfuncs.has('bpf_ct_set_timeout')),
      }
    }
    default:
      return {}
  }
}
