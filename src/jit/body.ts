// SPDX-License-Identifier: Apache-2.0
// One function's body: its blocks in their structure, each instruction lowered. A function may stand where it is called: then it has locals
// of its own there, and a return leaves the block around it.

import { imm64, type Insn } from '../isa/index.ts'
import { lowerAlu } from './alu.ts'
import { Calls } from './calls.ts'
import type { Cell, Cells } from './cells.ts'
import type { Block } from './flow.ts'
import { type Left, lowerInline } from './inline.ts'
import type { Inline } from './inline-kinds.ts'
import { type Callee, calleeSlot, type JitFunction, type JitProgram, MAX_ROUNDS, SUM } from './input.ts'
import { pushCondition } from './jump.ts'
import type { LocalTypes } from './locals.ts'
import {
  lowerAtomic,
  lowerFieldLoad,
  lowerFieldStore,
  lowerLoad,
  lowerStore,
  lowerTurnedLoad,
  STACK,
} from './memory.ts'
import type { Context, Place } from './place.ts'
import { Registers } from './registers.ts'
import { type Structured, structure } from './structure.ts'
import type { Code, ValueType } from './wasm/code.ts'
import type { Widths } from './widths.ts'
import { isTurnedLoad, lowerRotation, rotationAt } from './windows.ts'

function partsOf(cells: Cells, types: LocalTypes): ReadonlyMap<number, readonly number[]> {
  const locals = new Map<Cell, number>()
  const localOf = (cell: Cell): number => {
    let local = locals.get(cell)
    if (local === undefined) {
      local = types.add(cell.size === 8 ? 'i64' : 'i32')
      locals.set(cell, local)
    }
    return local
  }
  return new Map([...cells].map(([at, touched]) => [at, touched.map(localOf)]))
}

const [EINVAL, E2BIG] = [22, 7]

const isParameter = (register: number): boolean => register >= 1 && register <= 5

const hasRounds = ({ insns }: JitProgram, { start, end }: JitFunction): boolean => {
  for (let at = start; at < end; at++) if (insns[at]!.op.kind === 'may_goto') return true
  return false
}

export class FunctionBody {
  private readonly code: Code
  private readonly context: Context
  private readonly func: JitFunction
  private readonly blocks: readonly Block[]
  private readonly widths: Widths
  private readonly registers: Registers
  private readonly place: Place
  private readonly calls: Calls
  /** Blocks, loops and ifs of its own around what is written next. */
  private depth = 0
  /** The one that is written. */
  private block = 0
  /** What its last instruction left to be done where its jump leads. */
  private left: Left | undefined

  constructor(context: Context, func: JitFunction, place: Place) {
    const { blocks, widths, cells } = context.analyses.of(func)
    this.context = context
    this.func = func
    this.blocks = blocks
    this.widths = widths
    this.place = place
    this.code = place.code
    this.registers = new Registers(place, widths, partsOf(cells, place.types))
    this.calls = new Calls(this.registers, context, func)
  }

  /** Parameters are in their locals of 64 bits, and where the stack ends in R10's of 32. */
  write(): void {
    const { locals } = this.registers
    for (let r = 1; r <= 5; r++)
      if (this.takes(r) && this.widths.isLowAt(0, r))
        this.code.get(locals.whole(r)).op('i32.wrap_i64').set(locals.low(r))
    this.writeBlocks()
    this.code.op('unreachable')
  }

  /**
   * In place of a call: `push` has a parameter, and where the stack ends (R10), on the stack, in that width. What it answers is left on
   * the stack, of 32 bits where that is all that is kept.
   */
  writeInPlace(push: (register: number, width: ValueType) => void): void {
    const { code, widths } = this
    const { locals } = this.registers
    for (let r = 0; r <= 10; r++) {
      if (!this.takes(r)) continue
      const low = widths.isLowAt(0, r)
      if (isParameter(r)) push(r, low ? 'i32' : 'i64')
      else if (low) code.i32(0)
      else code.i64(0)
      code.set(low ? locals.low(r) : locals.whole(r))
    }
    push(10, 'i32')
    code.set(locals.low(10)).openBlock(this.place.answer)
    this.depth = 1
    this.writeBlocks()
    code.op('unreachable', 'end')
  }

  private takes(register: number): boolean {
    return register !== 10 && (this.widths.entry & (1 << register)) !== 0
  }

  private writeBlocks(): void {
    const { code, widths, context, func } = this
    const { locals } = this.registers
    if (!widths.isLowAt(0, 10)) code.get(locals.low(10)).op('i64.extend_i32_u').set(locals.whole(10))
    code.get(locals.low(10)).i32(STACK).op('i32.sub').set(locals.bottom)
    if (hasRounds(context.program, func)) code.i32(MAX_ROUNDS).set(locals.rounds)
    const structured = structure(this.blocks)
    if (structured.dispatch === undefined) this.writeTokens(structured.tokens)
    else this.writeDispatch(structured.dispatch)
  }

  private writeTokens(tokens: Structured['tokens']): void {
    // how much encloses each label's block or loop
    // what is done first where the jump of an if is not taken, innermost last
    const elses: (() => void)[] = []
    const depths = { block: new Map<number, number>(), loop: new Map<number, number>() }
    for (const token of tokens) {
      switch (token.kind) {
        case 'block':
        case 'loop':
          this.code.open(token.kind)
          depths[token.kind].set(token.label, this.depth++)
          break
        case 'if':
          elses.push(this.openIf(token.block))
          this.depth++
          break
        case 'end':
          this.depth--
          this.code.op('end')
          break
        case 'else':
          this.code.op('else')
          elses.pop()!()
          break
        case 'br':
          this.code.br(this.depth - 1 - depths[token.again ? 'loop' : 'block'].get(token.label)!)
          break
        case 'code':
          this.writeBlock(token.block)
          break
        case 'return':
          this.writeReturn()
          break
        default:
          this.code.op('unreachable')
      }
    }
  }

  /** Blocks one inside another, the innermost choosing which to leave; each says which is next and goes round. */
  private writeDispatch(order: readonly number[]): void {
    const { code } = this
    const cases = new Map(order.map((block, place) => [block, place]))
    const outside = this.depth
    code.i32(0).set(this.registers.locals.next).open('loop')
    for (const _ of order) code.open('block')
    code.get(this.registers.locals.next).brTable(
      order.map((_, place) => place),
      0,
    )
    order.forEach((block, place) => {
      code.op('end')
      // the loop is around those of the blocks that are not closed yet
      const again = order.length - 1 - place
      this.depth = outside + again + 1
      this.writeBlock(block)
      const go = (to: number, depth: number): void =>
        void code.i32(cases.get(to)!).set(this.registers.locals.next).br(depth)
      const { ending } = this.blocks[block]!
      if (ending.kind === 'goto') go(ending.to, again)
      else if (ending.kind === 'return') this.writeReturn()
      else if (ending.kind === 'nowhere') code.op('unreachable')
      else {
        const notTaken = this.openIf(block)
        go(ending.taken, again + 1)
        code.op('end')
        notTaken()
        go(ending.next, again)
      }
    })
    code.op('end')
  }

  /** Opens an `if` for where the block's jump is taken; what it answers begins where it is not. */
  private openIf(block: number): () => void {
    const { ending } = this.blocks[block]!
    const { code, left } = this
    this.left = undefined
    if (ending.kind !== 'branch') return () => {}
    const insn = this.context.program.insns[ending.insn]!
    if (left === undefined) {
      pushCondition(this.registers, insn)
      code.open('if')
      return () => {}
    }
    const ifZero = insn.op.name === 'jeq'
    left.pushFound()
    if (ifZero) code.op('i32.eqz')
    code.open('if')
    if (ifZero) left.ifMissing()
    else left.ifFound()
    return () => {
      if (ifZero) left.ifFound()
      else left.ifMissing()
    }
  }

  /** The jump of the block asks whether the instruction left R0 zero; those between only compute, and need no local put aside. */
  private isTested(at: number): boolean {
    const { end, ending } = this.blocks[this.block]!
    const { insns } = this.context.program
    if (ending.kind !== 'branch') return false
    for (const { op, dst } of insns.slice(at + 1, end))
      if (op.kind !== 'alu' || dst === 0 || ['le', 'be', 'bswap'].includes(op.name)) return false
    const { op, dst, imm } = insns[ending.insn]!
    return dst === 0 && imm === 0 && op.source === 'imm' && (op.name === 'jeq' || op.name === 'jne')
  }

  private writeBlock(block: number): void {
    const { start, end, count } = this.blocks[block]!
    const { insns } = this.context.program
    this.registers.enter(block)
    this.block = block
    if (this.context.fuel) this.burn(count)
    for (let at = start; at < end; at++) {
      const insn = insns[at]!
      if (at + 1 < end && this.writeWindow(insn, at, start)) at++
      else this.writeInsn(insn, at)
      if (insn.op.kind === 'ld_imm64') at++
    }
  }

  /** Two instructions as one, where they are. */
  private writeWindow(insn: Insn, at: number, first: number): boolean {
    const { insns, fields, guards } = this.context.program
    if (insn.op.kind === 'load') {
      if (
        !isTurnedLoad(insns, at) ||
        this.registers.cells(at) !== undefined ||
        fields?.has(at) === true ||
        guards?.has(at) === true
      )
        return false
      lowerTurnedLoad(this.registers, insn, at + 1)
      return true
    }
    const rotation = insn.op.kind === 'alu' ? rotationAt(insns, at, first) : undefined
    if (rotation === undefined) return false
    lowerRotation(this.registers, rotation, at + 1)
    return true
  }

  /** `within`: what else is around it. */
  private writeReturn(within = 0): void {
    if (this.place.answer === 'i32') this.registers.low(0)
    else this.registers.whole(0)
    this.leave(within)
  }
  /** With what is on the stack. */
  private leave(within = 0): void {
    if (this.place.inside) this.code.br(this.depth - 1 + within)
    else this.code.op('return')
  }

  private burn(count: number): void {
    this.code.getGlobal(0).i64(count).op('i64.sub').setGlobal(0)
    this.code.getGlobal(0).i64(0).op('i64.lt_s').open('if').op('unreachable', 'end')
  }

  private writeInsn(insn: Insn, at: number): void {
    const { code, registers } = this
    code.mark(at)
    const { program } = this.context
    switch (insn.op.kind) {
      case 'alu':
        if (insn.op.name !== 'addr_space_cast') return this.writeAlu(insn, at)
        // an arena lies in the machine's memory for everybody
        registers.low(insn.src)
        return registers.setLow(at, insn.dst)
      case 'load':
        return this.writeLoad(insn, at)
      case 'store':
        return this.writeStore(insn, at)
      case 'atomic':
        return lowerAtomic(registers, insn, at, program.guards?.get(at))
      case 'ld_imm64':
        return this.writeNumber(insn, at)
      case 'call':
        return insn.src === 1
          ? this.writeLocalCall(calleeSlot(insn, at), at)
          : this.writeCall(program.callees.get(at), at)
      case 'ld_abs':
      case 'ld_ind':
        return this.writePacketLoad(insn, program.callees.get(at), at)
      default:
        code.op('unreachable')
    }
  }

  private writeAlu(insn: Insn, at: number): void {
    const { registers } = this
    const small = this.context.program.small?.[at]
    const fixed = small === SUM ? registers.sums.fixedOf(insn.dst) : undefined
    lowerAlu(registers, insn, at, small)
    if (fixed !== undefined && insn.src !== insn.dst) registers.sums.setSum(insn.dst, fixed, insn.src)
  }

  private writeNumber(insn: Insn, at: number): void {
    const { addresses, insns } = this.context.program
    const value = addresses.get(at) ?? imm64(insn, insns[at + 1])
    if (this.registers.keepsLow(at)) this.code.i32(Number(BigInt.asIntN(32, value)))
    else this.code.i64(value)
    this.registers.set(at, insn.dst)
    if (value >= 0n && value < 2n ** 31n) this.registers.sums.setFixed(insn.dst, Number(value))
  }

  private writeLoad(insn: Insn, at: number): void {
    const { fields, guards } = this.context.program
    const field = fields?.get(at)
    if (field === undefined) lowerLoad(this.registers, insn, at, guards?.get(at))
    else lowerFieldLoad(this.registers, insn, at, field, (callee) => this.calls.pushWhole(callee))
  }

  private writeStore(insn: Insn, at: number): void {
    const { fields, guards } = this.context.program
    const field = fields?.get(at)
    if (field === undefined) lowerStore(this.registers, insn, at, guards?.get(at))
    else lowerFieldStore(this.registers, insn, field, (callee) => this.calls.pushWhole(callee))
  }

  /** From the packet of the context in r6, at an offset of its own; where that is none of the packet the program ends. */
  private writePacketLoad(insn: Insn, callee: Callee | undefined, at: number): void {
    const { code, registers } = this
    if (callee === undefined) return void code.op('unreachable')
    registers.low(6)
    if (insn.op.kind === 'ld_abs') code.i32(insn.imm)
    else registers.low(insn.src).i32(insn.imm).op('i32.add')
    this.calls.pushWhole(callee)
    const { temp } = registers.locals
    code.tee(temp).i64(0).op('i64.lt_s').open('if')
    if (this.place.answer === 'i32') code.i32(0)
    else code.i64(0)
    this.leave(1)
    code.op('end').get(temp)
    registers.setWhole(at, 0)
  }

  private writeLocalCall(target: number, at: number): void {
    const { registers } = this
    const answer = registers.keepsLow(at) ? 'i32' : 'i64'
    const push = (register: number, width: ValueType): void =>
      void (width === 'i32' ? registers.low(register) : registers.whole(register))
    if (this.pushLocal(target, answer, push)) registers.set(at, 0)
  }

  /** A function of the program, its stack below ours; `push` has its parameters. Its answer is left on the stack. */
  private pushLocal(target: number, answer: ValueType, push: (register: number, width: ValueType) => void): boolean {
    const { code, context, place } = this
    const { numbers, called, analyses } = context
    const number = numbers.get(target)
    if (number === undefined) {
      code.op('unreachable')
      return false
    }
    const pushFrame = (): Code => this.registers.low(10).i32(this.func.stack).op('i32.sub')
    const inlined = analyses.inlined(target)
    if (inlined !== undefined && place.room.take(inlined)) {
      const within = { ...place, locals: place.types.inside(place.locals), inside: true, answer } as const
      new FunctionBody(context, inlined, within).writeInPlace((register, width) => {
        if (register === 10) pushFrame()
        else push(register, width)
      })
      place.room.leave(inlined)
      return true
    }
    const { reads } = analyses.takenBy(target)
    for (let r = 1; r <= 5; r++)
      if ((reads & (1 << r)) !== 0) push(r, 'i64')
      else code.i64(0)
    pushFrame().call(called.size + number)
    if (answer === 'i32') code.op('i32.wrap_i64')
    return true
  }

  /** bpf_loop(). */
  private writeRounds(target: number, at: number): void {
    const { code, registers } = this
    const { types } = this.place
    const [round, rounds, given] = [types.add('i32'), types.add('i32'), types.add('i64')]
    registers.low(1).set(rounds)
    registers.whole(3).set(given)
    const [result, loop] = [1, 0]
    code.openBlock('i32')
    registers.whole(4).op('i64.eqz', 'i32.eqz').open('if').i32(-EINVAL).br(result).op('end')
    code.get(rounds).i32(MAX_ROUNDS).op('i32.gt_u').open('if').i32(-E2BIG).br(result).op('end')
    code.i32(0).set(round).open('loop')
    code
      .get(round)
      .get(rounds)
      .op('i32.eq')
      .open('if')
      .get(round)
      .br(result + 1)
      .op('end')
    this.pushLocal(target, 'i64', (register, width) => {
      if (register === 1) code.get(round)
      else if (register === 2) code.get(given)
      else code.i32(0)
      if (register === 2 && width === 'i32') code.op('i32.wrap_i64')
      if (register !== 2 && width === 'i64') code.op('i64.extend_i32_u')
    })
    code.get(round).i32(1).op('i32.add').set(round)
    code.op('i64.eqz').brIf(loop).op('end').get(round).op('end')
    registers.setSigned(at, 0)
  }

  private writeCall(callee: Callee | undefined, at: number): void {
    if (callee === undefined) return void this.code.op('unreachable')
    if (callee.inline === undefined) this.calls.write(callee, at)
    else this.writeInline(callee.inline, at)
  }

  private writeInline(inline: Inline, at: number): void {
    if (inline.kind === 'rounds') return this.writeRounds(inline.target, at)
    this.left = lowerInline(this.registers, inline, { at, tested: this.isTested(at) })
  }
}
