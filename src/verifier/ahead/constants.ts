// SPDX-License-Identifier: Apache-2.0
// Which registers hold known constants, maps or functions before each insn, by a forward data flow over each function; and the
// conditional jumps that those decide. Kernels since 7.1 settle such jumps before they compute liveness, loops or anything else.

import { imm64, type Insn, makeInsn } from '../../isa/index.ts'
import { dataSection } from '../program/rodata.ts'
import type { ProgramDraft, Program } from '../program/program.ts'
import type { FlowGraph } from './graph.ts'
import { untilSettled } from './sweep.ts'

/** What is known of a register: a number; a map; an address within a map's value; a function. Equal values are equal in all fields. */
export interface Known {
  readonly kind: 'number' | 'map' | 'map_value' | 'func'
  /** Of the map, or the function's first insn. */
  readonly index: number
  /** The number, 64 bits, unsigned; the offset within the map's value. */
  readonly value: bigint
}
/** By number, as many as an insn can name; undefined: not known. */
type Regs = readonly (Known | undefined)[]

const number = (value: bigint): Known => ({ kind: 'number', index: 0, value: BigInt.asUintN(64, value) })
const nothing: Regs = Array.from({ length: 16 }, () => undefined)
const same = (a: Known | undefined, b: Known | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.kind === b.kind && a.index === b.index && a.value === b.value)

/** What is known of the registers before each insn. */
export class Constants {
  private readonly before: (Regs | undefined)[]

  constructor(program: Program, graph: FlowGraph) {
    this.before = program.insns.map(() => undefined)
    for (const { start } of program.subprogs) this.before[start] = nothing
    for (const order of graph.postorder) {
      untilSettled({
        order: [...order].reverse(),
        first: order.slice(-1),
        visit: (at, again) => {
          program.budget.spend()
          const after = transfer(program, at, this.before[at]!)
          for (const to of graph.next[at]!) if (this.meet(to, after)) again(to)
        },
      })
    }
  }

  private meet(at: number, regs: Regs): boolean {
    const known = this.before[at]
    if (known === regs) return false
    if (known === undefined) {
      this.before[at] = regs
      return true
    }
    if (known.every((one, r) => one === undefined || same(one, regs[r]))) return false
    this.before[at] = known.map((one, r) => (same(one, regs[r]) ? one : undefined))
    return true
  }

  /** The number a register holds, where that has no more than 32 bits: of larger ones the kernel makes no use. */
  numberAt(at: number, reg: number): number | undefined {
    const known = this.before[at]?.[reg]
    return known?.kind === 'number' && known.value <= 0xffffffffn ? Number(known.value) : undefined
  }
  /** The map whose address a register holds. */
  mapAt(at: number, reg: number): number | undefined {
    const known = this.before[at]?.[reg]
    return known?.kind === 'map' ? known.index : undefined
  }
  /** First insn of the function whose address a register holds. */
  functionAt(at: number, reg: number): number | undefined {
    const known = this.before[at]?.[reg]
    return known?.kind === 'func' ? known.index : undefined
  }
}

function transfer(program: Program, at: number, regs: Regs): Regs {
  const insn = program.insns[at]!
  const { op } = insn
  switch (op.kind) {
    case 'alu':
      return put(regs, insn.dst, narrow(insn, arithmetic(insn, regs)))
    case 'ld_imm64':
      return put(regs, insn.dst, loaded(program, at))
    case 'load':
      return put(regs, insn.dst, readOnly(program, insn, regs[insn.src]))
    case 'atomic':
      if (op.name === 'cmpxchg') return put(regs, 0, undefined)
      if (op.name === 'load_acquire') return put(regs, insn.dst, undefined)
      return op.fetch ? put(regs, insn.src, undefined) : regs
    case 'call':
    case 'ld_abs':
    case 'ld_ind':
      return regs.map((known, r) => (r <= 5 ? undefined : known))
    default:
      return regs
  }
}

function put(regs: Regs, reg: number, known: Known | undefined): Regs {
  if (same(regs[reg], known)) return regs
  const after = [...regs]
  after[reg] = known
  return after
}

/** 32-bit arithmetic leaves numbers only. */
function narrow({ op }: Insn, known: Known | undefined): Known | undefined {
  if (op.width === 64 || known === undefined) return known
  return known.kind === 'number' ? number(BigInt.asUintN(32, known.value)) : undefined
}

function arithmetic(insn: Insn, regs: Regs): Known | undefined {
  const { op, imm } = insn
  const dst = regs[insn.dst]
  const src = op.source === 'reg' ? regs[insn.src] : number(BigInt(imm))
  switch (op.name) {
    case 'mov':
      return src
    case 'movsx':
      return src?.kind === 'number' ? number(BigInt.asIntN(insn.off, src.value)) : undefined
    case 'add':
    case 'sub': {
      if (op.source === 'reg' || (dst?.kind !== 'number' && dst?.kind !== 'map_value')) return undefined
      const value = op.name === 'add' ? dst.value + BigInt(imm) : dst.value - BigInt(imm)
      return { ...dst, value: BigInt.asUintN(64, value) }
    }
    case 'and':
      if (isZero(dst) || isZero(src)) return number(0n)
      return dst?.kind === 'number' && src?.kind === 'number' ? number(dst.value & src.value) : undefined
    default:
      return undefined
  }
}

const isZero = (known: Known | undefined): boolean => known?.kind === 'number' && known.value === 0n

function loaded(program: Program, at: number): Known | undefined {
  const ref = program.linked.refs.get(at)
  const insn = program.insns[at]!
  if (ref === undefined) return insn.src === 0 ? number(imm64(insn, program.insns[at + 1])) : undefined
  if (ref.kind === 'map') return { kind: 'map', index: ref.map, value: 0n }
  if (ref.kind === 'map_value') return { kind: 'map_value', index: ref.map, value: BigInt(ref.offset) }
  return ref.kind === 'func' ? { kind: 'func', index: ref.insn, value: 0n } : undefined
}

/** What a load from a frozen read-only array gives. */
function readOnly(program: Program, insn: Insn, base: Known | undefined): Known | undefined {
  if (base?.kind !== 'map_value') return undefined
  const off = Number(BigInt.asIntN(32, base.value)) + insn.off
  const value = dataSection(program.map(base.index), off, insn.op.size)
  if (value === undefined) return undefined
  return number(insn.op.signed ? BigInt.asIntN(insn.op.size * 8, value) : value)
}

/** Conditional jumps between known numbers become plain ones, or none at all. True: there were some. */
export function settleJumps(draft: ProgramDraft, constants: Constants): boolean {
  let settled = false
  draft.insns = draft.insns.map((insn, at) => {
    if (insn.op.kind !== 'jump') return insn
    const dst = constants.numberAt(at, insn.dst)
    const src = insn.op.source === 'imm' ? insn.imm : constants.numberAt(at, insn.src)
    if (dst === undefined || src === undefined) return insn
    settled = true
    const taken = decide(insn.op.name, insn.op.width === 32 ? dst | 0 : dst, insn.op.width === 32 ? src | 0 : src)
    return makeInsn({ code: JA, off: taken ? insn.off : 0 })
  })
  return settled
}
const JA = 0x05

/** Both sides lie in [-2^31, 2^32) and are compared as 64 bits, so a negative one is the larger where signs do not count. */
function decide(op: string, a: number, b: number): boolean {
  const [x, y] = [unsigned(a), unsigned(b)]
  switch (op) {
    case 'jeq':
      return a === b
    case 'jne':
      return a !== b
    case 'jgt':
      return x > y
    case 'jge':
      return x >= y
    case 'jlt':
      return x < y
    case 'jle':
      return x <= y
    case 'jsgt':
      return a > b
    case 'jsge':
      return a >= b
    case 'jslt':
      return a < b
    case 'jsle':
      return a <= b
    case 'jset':
      return (x & y) !== 0n
    default:
      throw new Error(`no jump is called ${op}`)
  }
}
const unsigned = (value: number): bigint => BigInt.asUintN(64, BigInt(value))
