// SPDX-License-Identifier: Apache-2.0
// Whom an instruction calls, and what each argument is to the callee: by prototypes, and by what the registers hold.

import { resolveType, sizeOf } from '../../btf/index.ts'
import type { HelperProto } from '../../kernel/index.ts'
import type { Kfunc } from '../../kfunc/index.ts'
import { isHelperCall, isKfuncCall, kfuncAt } from '../program/flow.ts'
import type { Program } from '../program/program.ts'
import type { ArgFact, CallFact, Span, ValueFact } from './facts.ts'
import type { Joined } from './joined.ts'

export function callFact(
  program: Program,
  at: number,
  args: readonly Joined[],
  { numbers }: { readonly numbers: boolean },
): CallFact | undefined {
  const insn = program.insns[at]!
  const values = args.map((joined) => joined.fact(program, { numbers }))
  if (isHelperCall(insn)) {
    const answer = program.helper(insn.imm)
    if (!answer.ok) return undefined
    const { proto } = answer
    return { kind: 'helper', id: insn.imm, name: proto.name, args: helperArgs(program, proto, values) }
  }
  if (isKfuncCall(insn)) {
    const kfunc = kfuncAt(program, at)
    if (kfunc === undefined) return undefined
    return { kind: 'kfunc', name: kfunc.name, btfId: kfunc.btfId, args: kfuncArgs(kfunc, values) }
  }
  const ref = program.linked.refs.get(at)
  const index = program.subprogAt[ref?.kind === 'subprog' ? ref.insn : at + insn.imm + 1]!
  return { kind: 'subprog', index, name: program.subprogs[index]!.name }
}

const arg = (reg: number, value: ValueFact | undefined, role: string, bytes: Span | undefined): ArgFact[] =>
  value === undefined ? [] : [{ reg, value, role, ...(bytes === undefined ? {} : { bytes }) }]

function helperArgs(
  program: Program,
  { args }: HelperProto,
  values: readonly (ValueFact | undefined)[],
): readonly ArgFact[] {
  const map = values.find((value) => value?.kind === 'map_ptr')
  const mapDef = map?.kind === 'map_ptr' && map.map !== undefined ? program.map(map.map) : undefined
  return args.flatMap(({ type, size }, i) => {
    const [base] = type.split('|')
    const next = args[i + 1]?.type.startsWith('ARG_CONST_SIZE') ? sizeSpan(values[i + 1]) : undefined
    const exact = (bytes: number | undefined): Span | undefined =>
      bytes === undefined ? undefined : { min: bytes, max: bytes }
    const bytes = (): Span | undefined => {
      switch (base) {
        case 'ARG_PTR_TO_MAP_KEY':
          return exact(mapDef?.keySize)
        case 'ARG_PTR_TO_MAP_VALUE':
          return exact(mapDef?.valueSize)
        case 'ARG_PTR_TO_FIXED_SIZE_MEM':
          return exact(size)
        case 'ARG_PTR_TO_MEM':
          return next ?? exact(size)
        default:
          return undefined
      }
    }
    return arg(i + 1, values[i], type, bytes())
  })
}

function kfuncArgs({ btf, params }: Kfunc, values: readonly (ValueFact | undefined)[]): readonly ArgFact[] {
  return params.slice(0, values.length).flatMap((param, i) => {
    // whatever is in the register is nobody's business
    if (param.suffixes.includes('ign')) return []
    const type = resolveType(btf, param.type)
    const sized = params[i + 1]?.suffixes.some((suffix) => suffix === 'sz' || suffix === 'szk') === true
    const target = type.kind === 'ptr' ? resolveType(btf, type.type) : undefined
    const whole = target?.kind === 'int' || target?.kind === 'enum' ? sizeOf(btf, target.id) : undefined
    const bytes = sized ? sizeSpan(values[i + 1]) : whole === undefined ? undefined : { min: whole, max: whole }
    return arg(i + 1, values[i], param.name, type.kind === 'ptr' ? bytes : undefined)
  })
}

/** Sizes are 32 bits wide and no more than that in what is accepted. */
function sizeSpan(value: ValueFact | undefined): Span | undefined {
  if (value?.kind !== 'scalar' || value.unsigned.max > 0xffff_ffffn) return undefined
  return { min: Number(value.unsigned.min), max: Number(value.unsigned.max) }
}
