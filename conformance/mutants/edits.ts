// SPDX-License-Identifier: Apache-2.0
// A mutant: a linked program with a few instruction fields changed. Both sides are given the same edits after linking
// (oracle/mutants.h reads what `formatMutant` writes), so references to maps, kfuncs and subprograms stay resolved.
import { type Insn, makeInsn } from '../../src/isa/index.ts'
import type { LinkedProgram, Ref } from '../../src/object/index.ts'

/** `copy`: becomes instruction `value` of the original; a copied call of a subprogram still calls that subprogram. */
export interface Edit {
  readonly at: number
  readonly field: 'code' | 'dst' | 'src' | 'off' | 'imm' | 'copy'
  readonly value: number
}
export type Mutant = readonly Edit[]

const letters = { code: 'c', dst: 'd', src: 's', off: 'o', imm: 'i', copy: '=' } as const
const fields = new Map(Object.entries(letters).map(([field, letter]) => [letter, field as Edit['field']]))

/** `12c5 12d0`: one line of a .mut file. */
export const formatMutant = (mutant: Mutant): string =>
  mutant.map(({ at, field, value }) => `${at}${letters[field]}${value}`).join(' ')

export function parseMutant(text: string): Mutant {
  return text.split(' ').map((edit) => {
    const [, at, letter, value] = /^(\d+)([cdsoi=])(-?\d+)$/.exec(edit) ?? []
    const field = fields.get(letter as never)
    if (field === undefined) throw new Error(`no edit reads like this: ${edit}`)
    return { at: Number(at), field, value: Number(value) }
  })
}

const LD_IMM64 = 0x18
const CALL = 0x85
const subprogCall = 1
const subprogAddress = 4

export function mutate(original: LinkedProgram, mutant: Mutant): LinkedProgram {
  const insns = [...original.insns]
  const refs = new Map(original.refs)
  for (const { at, field, value } of mutant) {
    if (field === 'copy') {
      const from = original.insns[value]!
      insns[at] = isRelative(from) ? makeInsn({ ...from, imm: from.imm + value - at }) : from
      const ref = original.refs.get(value)
      if (ref === undefined) refs.delete(at)
      else refs.set(at, ref)
    } else insns[at] = makeInsn({ ...insns[at]!, [field]: value })
  }
  for (const { at } of mutant) {
    for (const touched of insns[at - 1]?.code === LD_IMM64 ? [at - 1, at] : [at]) {
      const ref = refOf(insns, touched, refs.get(touched))
      if (ref === undefined) refs.delete(touched)
      else refs.set(touched, ref)
    }
  }
  return { ...original, insns, refs }
}

const isRelative = ({ code, src }: Insn): boolean =>
  (code === CALL && src === subprogCall) || (code === LD_IMM64 && src === subprogAddress)

/** What the instruction refers to now. */
function refOf(insns: readonly Insn[], at: number, was: Ref | undefined): Ref | undefined {
  const { code, src, imm } = insns[at]!
  if (code === CALL) {
    if (src === 0) return was?.kind === 'missing' ? was : { kind: 'helper', id: imm }
    if (src === subprogCall) return { kind: 'subprog', insn: at + imm + 1 }
    return was?.kind === 'kfunc' ? was : undefined
  }
  if (code !== LD_IMM64 || src === 0) return undefined
  if (src === subprogAddress) return { kind: 'func', insn: at + imm + 1 }
  return was?.kind === 'map_value' ? { ...was, offset: insns[at + 1]?.imm ?? 0 } : was
}
