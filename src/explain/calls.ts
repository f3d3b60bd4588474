// SPDX-License-Identifier: Apache-2.0
// What a call insn calls, by name.

import { type Kernel, usualHelper } from '../kernel/index.ts'
import type { LinkedProgram } from '../object/index.ts'
import { helperName } from '../uapi/index.ts'
import { type HelperContract, helperContractOf, type KfuncContract, kfuncContractOf } from '../verifier/index.ts'
import { insnOf, lastAt } from './source.ts'

export interface Callee {
  readonly kind: 'kfunc' | 'helper' | 'subprog' | 'missing'
  readonly name: string
}

/** The function a call insn reaches; undefined where the insn is no call. */
export function callee(program: LinkedProgram, at: number): Callee | undefined {
  const insn = program.insns[at]
  if (insn === undefined || insn.op.kind !== 'call') return undefined
  const ref = program.refs.get(at)
  if (ref?.kind === 'kfunc') return { kind: 'kfunc', name: ref.name }
  if (ref?.kind === 'missing') return { kind: 'missing', name: ref.name }
  if (insn.src === 1 || ref?.kind === 'subprog') {
    const start = ref?.kind === 'subprog' ? ref.insn : at + insn.imm + 1
    return { kind: 'subprog', name: subprogName(program, start) }
  }
  return { kind: 'helper', name: helperName(insn.imm) ?? `helper #${insn.imm}` }
}

/** Name of the function that starts at an insn. */
export function subprogName(program: LinkedProgram, start: number): string {
  return funcName(program, start) ?? `the function at insn ${start}`
}

/** What func_info calls the function that starts at an insn. The record may name any type, or one that is not there. */
export function funcName({ funcs, btf }: LinkedProgram, start: number): string | undefined {
  const func = lastAt(funcs, start, insnOf)
  if (func?.insn !== start || btf === undefined || func.typeId >= btf.count) return undefined
  return btf.type(func.typeId).name || undefined
}

/** What the helper or kfunc that a call insn reaches asks and does. */
export function contractAt(
  program: LinkedProgram,
  kernel: Kernel,
  at: number,
): HelperContract | KfuncContract | undefined {
  const kfunc = kfuncAt(program, kernel, at)
  if (kfunc !== undefined) return kfuncContractOf(kernel, kfunc)
  if (callee(program, at)?.kind !== 'helper') return undefined
  const proto = usualHelper(program.insns[at]!.imm)
  return proto === undefined ? undefined : helperContractOf(kernel, proto)
}

/** The kfunc at a call, as the kernel has it. */
export function kfuncAt(program: LinkedProgram, kernel: Kernel, at: number): ReturnType<Kernel['kfuncById']> {
  const ref = program.refs.get(at)
  return ref?.kind === 'kfunc' ? (kernel.kfuncById(ref.btf, ref.btfId) ?? kernel.kfuncs.get(ref.name)) : undefined
}
