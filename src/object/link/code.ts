// SPDX-License-Identifier: Apache-2.0
// Layout of one program: its own instructions, then every subprogram it reaches, each once. It decides instruction numbers, so the order
// is the loader's exactly: libbpf 1.5 goes depth first, as calls are met; ebpf-go breadth first, the functions that one calls by name.
import type { Insn } from '../../isa/index.ts'
import { refuse } from '../faults.ts'
import { loaders } from '../loaders.ts'
import { bySectionOf, functionAt } from '../relocs.ts'
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
  const { order, exceptionCallbacks } = loaders[object.loader]
  const laying = new Laying(object, main)
  if (order === 'breadth first') laying.breadthFirst(main)
  else laying.depthFirst(main)
  if (exception !== undefined && exceptionCallbacks && !laying.bases.has(exception)) {
    laying.append(exception)
    laying.depthFirst(exception)
  }
  return { placed: laying.placed, length: laying.length, targets: laying.targets }
}

class Laying {
  readonly bases: Map<ObjectFunction, number>
  readonly placed: Placed[]
  readonly targets = new Map<number, number>()
  length: number
  private readonly main: ObjectFunction
  private readonly callable: Callable

  constructor(object: BpfObject, main: ObjectFunction) {
    this.main = main
    this.callable = callableOf(object)
    this.bases = new Map([[main, 0]])
    this.placed = [{ fn: main, base: 0 }]
    this.length = main.insns.length
  }

  append(fn: ObjectFunction): number {
    const base = this.length
    this.bases.set(fn, base)
    this.placed.push({ fn, base })
    this.length += fn.insns.length
    return base
  }

  depthFirst(start: ObjectFunction): void {
    const stack = [{ fn: start, base: this.bases.get(start)!, at: 0 }]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { fn, base } = top
      if (top.at >= fn.insns.length) {
        stack.pop()
        continue
      }
      const at = top.at++
      const target = callee(this.main, fn, at, this.callable)
      if (target === undefined) continue
      let targetBase = this.bases.get(target)
      if (targetBase === undefined) {
        targetBase = this.append(target)
        stack.push({ fn: target, base: targetBase, at: 0 })
      }
      this.targets.set(base + at, targetBase)
    }
  }

  breadthFirst(start: ObjectFunction): void {
    const called = this.calledBy(start)
    const pending = [...called.names]
    const calls = [{ base: 0, called }]
    for (let fn = pending.shift(); fn !== undefined; fn = pending.shift()) {
      if (this.bases.has(fn)) continue
      const base = this.append(fn)
      const further = this.calledBy(fn)
      calls.push({ base, called: further })
      for (const next of further.names) pending.push(next)
    }
    for (const { base, called } of calls)
      for (const [at, target] of called.at) this.targets.set(base + at, this.bases.get(target)!)
  }

  /** What a function calls or takes the address of: by instruction, and each once by name. */
  private calledBy(fn: ObjectFunction) {
    const at = new Map<number, ObjectFunction>()
    for (let insn = 0; insn < fn.insns.length; insn++) {
      const target = callee(this.main, fn, insn, this.callable)
      if (target !== undefined) at.set(insn, target)
    }
    const names = [...new Set(at.values())].sort((a, b) => (a.name < b.name ? -1 : 1))
    return { at, names }
  }
}

/** Functions that others may call. */
interface Callable {
  /** By section. */
  readonly functions: ReadonlyMap<number, readonly ObjectFunction[]>
  /** Where a call without a relocation leads: libbpf looks in .text, whichever section it stands in. */
  readonly near: 'its section' | 'text'
}

const known = new WeakMap<BpfObject, Callable>()

function callableOf(object: BpfObject): Callable {
  const made = known.get(object)
  if (made !== undefined) return made
  const { callsPrograms } = loaders[object.loader]
  const functions = callsPrograms ? object.functions : object.functions.filter((fn) => fn.subprog)
  const callable: Callable = {
    functions: bySectionOf(functions, ({ sectionIndex }) => sectionIndex),
    near: callsPrograms ? 'its section' : 'text',
  }
  known.set(object, callable)
  return callable
}

function callee(
  main: ObjectFunction,
  fn: ObjectFunction,
  at: number,
  { functions, near }: Callable,
): ObjectFunction | undefined {
  const insn = fn.insns[at]!
  const reloc = fn.relocs.get(at)
  const address = insn.code === LD_IMM64 && (insn.src === 4 || reloc?.kind === 'func_addr')
  if (!address && !isSubprogCall(insn)) return undefined
  if (reloc?.kind === 'extern_call') return undefined
  const wrong = (what: string): never =>
    refuse(`prog '${main.name}': ${what}`, { program: main.name, section: fn.section, insn: at })
  let index: number
  let section: number | undefined
  if (reloc === undefined) {
    if (address) wrong(`missing subprog addr relo for insn #${at}`)
    index = fn.start + at + insn.imm + 1
    section = near === 'its section' ? fn.sectionIndex : [...functions.keys()][0]
  } else if (reloc.kind === 'call' || reloc.kind === 'func_addr') {
    index = reloc.kind === 'call' ? reloc.offset / 8 + insn.imm + 1 : (reloc.offset + insn.imm) / 8
    section = reloc.section
  } else return wrong(`unexpected relo for insn #${at}, type ${reloc.kind}`)
  const target = functionAt(functions.get(section ?? -1) ?? [], index)
  if (target === undefined) return wrong('no .text section found yet sub-program call exists')
  return target
}
