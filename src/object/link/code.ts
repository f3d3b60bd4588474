// SPDX-License-Identifier: Apache-2.0
// Layout of one program: its own instructions, then every subprogram it reaches, each once, in the order in which calls to them are met,
// depth first. It decides instruction numbers, so it is libbpf 1.5's order exactly.
import type { Insn } from '../../isa/index.ts'
import { refuse } from '../faults.ts'
import { functionAt } from '../relocs.ts'
import type { BpfObject, ObjectFunction } from '../types.ts'

export interface Placed {
  readonly fn: ObjectFunction
  /** First instruction of the function in the linked program. */
  readonly base: number
}

export interface Layout {
  readonly placed: readonly Placed[]
  readonly length: number
  /** Final insn index of a call or function address → final index of its target. */
  readonly targets: ReadonlyMap<number, number>
}

const CALL = 0x85
const LD_IMM64 = 0x18
const isSubprogCall = (insn: Insn): boolean => insn.code === CALL && insn.src === 1

/** Lays out a program. `exception`: its exception callback, appended last unless something calls it. */
export function layOut(object: BpfObject, main: ObjectFunction, exception: ObjectFunction | undefined): Layout {
  const subprograms = subprogramsOf(object)
  const bases = new Map<ObjectFunction, number>([[main, 0]])
  const placed: Placed[] = [{ fn: main, base: 0 }]
  const targets = new Map<number, number>()
  let length = main.insns.length

  const append = (fn: ObjectFunction): number => {
    const base = length
    bases.set(fn, base)
    placed.push({ fn, base })
    length += fn.insns.length
    return base
  }
  const walk = (start: ObjectFunction): void => {
    const stack = [{ fn: start, base: bases.get(start)!, at: 0 }]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { fn, base } = top
      if (top.at >= fn.insns.length) {
        stack.pop()
        continue
      }
      const at = top.at++
      const target = callee(main, fn, at, subprograms)
      if (target === undefined) continue
      let targetBase = bases.get(target)
      if (targetBase === undefined) {
        targetBase = append(target)
        stack.push({ fn: target, base: targetBase, at: 0 })
      }
      targets.set(base + at, targetBase)
    }
  }
  walk(main)
  if (exception !== undefined && !bases.has(exception)) {
    append(exception)
    walk(exception)
  }
  return { placed, length, targets }
}

const subprograms = new WeakMap<BpfObject, readonly ObjectFunction[]>()

function subprogramsOf(object: BpfObject): readonly ObjectFunction[] {
  const known = subprograms.get(object) ?? object.functions.filter((fn) => fn.subprog)
  subprograms.set(object, known)
  return known
}

function callee(
  main: ObjectFunction,
  fn: ObjectFunction,
  at: number,
  subprograms: readonly ObjectFunction[],
): ObjectFunction | undefined {
  const insn = fn.insns[at]!
  const reloc = fn.relocs.get(at)
  const address = insn.code === LD_IMM64 && (insn.src === 4 || reloc?.kind === 'func_addr')
  if (!address && !isSubprogCall(insn)) return undefined
  if (reloc?.kind === 'extern_call') return undefined
  const wrong = (what: string): never =>
    refuse(`prog '${main.name}': ${what}`, { program: main.name, section: fn.section, insn: at })
  let index: number
  if (reloc === undefined) {
    if (address) wrong(`missing subprog addr relo for insn #${at}`)
    index = fn.start + at + insn.imm + 1
  } else if (reloc.kind === 'call') index = reloc.offset / 8 + insn.imm + 1
  else if (reloc.kind === 'func_addr') index = (reloc.offset + insn.imm) / 8
  else return wrong(`unexpected relo for insn #${at}, type ${reloc.kind}`)
  const target = functionAt(subprograms, index)
  if (target === undefined) return wrong('no .text section found yet sub-program call exists')
  return target
}
