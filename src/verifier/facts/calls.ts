// SPDX-License-Identifier: Apache-2.0
// Whom an instruction calls, and what each argument is to the callee: by its contract, and by what the registers hold.

import { sizeOf } from '../../btf/index.ts'
import type { HelperContract, KfuncContract } from '../program/contract/contract.ts'
import { isHelperCall, isKfuncCall, kfuncContractAt } from '../program/flow.ts'
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
    const helper = program.helperContract(insn.imm)
    if (helper === undefined) return undefined
    return { kind: 'helper', id: insn.imm, name: helper.name, args: helperArgs(program, helper, values) }
  }
  if (isKfuncCall(insn)) {
    const contract = kfuncContractAt(program, at)
    if (contract === undefined) return undefined
    const { name, kfunc } = contract
    return { kind: 'kfunc', name, btfId: kfunc.btfId, args: kfuncArgs(contract, values) }
  }
  const ref = program.linked.refs.get(at)
  const index = program.subprogAt[ref?.kind === 'subprog' ? ref.insn : at + insn.imm + 1]!
  return { kind: 'subprog', index, name: program.subprogs[index]!.name }
}

const arg = (reg: number, value: ValueFact | undefined, role: string, bytes: Span | undefined): ArgFact[] =>
  value === undefined ? [] : [{ reg, value, role, ...(bytes === undefined ? {} : { bytes }) }]

const exact = (bytes: number | undefined): Span | undefined =>
  bytes === undefined ? undefined : { min: bytes, max: bytes }

function helperArgs(
  program: Program,
  { args, proto }: HelperContract,
  values: readonly (ValueFact | undefined)[],
): readonly ArgFact[] {
  const map = values.find((value) => value?.kind === 'map_ptr')
  const mapDef = map?.kind === 'map_ptr' && map.map !== undefined ? program.map(map.map) : undefined
  return args.flatMap(({ reg, kind, size }, i) => {
    const bytes = (): Span | undefined => {
      switch (kind) {
        case 'map_key':
          return exact(mapDef?.keySize)
        case 'map_value':
          return exact(mapDef?.valueSize)
        case 'mem':
          return exact(size)
        case 'sized_mem':
          return args[i + 1]?.kind === 'size' ? sizeSpan(values[i + 1]) : undefined
        default:
          return undefined
      }
    }
    return arg(reg, values[i], proto.args[i]!.type, bytes())
  })
}

function kfuncArgs(
  { args, params, kfunc }: KfuncContract,
  values: readonly (ValueFact | undefined)[],
): readonly ArgFact[] {
  return args.slice(0, values.length).flatMap(({ reg, kind, name }, i) => {
    // whatever is in the register is nobody's business
    if (kind === 'ignored') return []
    const bytes =
      kind === 'sized_mem'
        ? sizeSpan(values[i + 1])
        : kind === 'mem'
          ? exact(sizeOf(kfunc.btf, params[i]!.targetId))
          : undefined
    return arg(reg, values[i], name, bytes)
  })
}

/** Sizes are 32 bits wide and no more than that in what is accepted. */
function sizeSpan(value: ValueFact | undefined): Span | undefined {
  if (value?.kind !== 'scalar' || value.unsigned.max > 0xffff_ffffn) return undefined
  return { min: Number(value.unsigned.min), max: Number(value.unsigned.max) }
}
